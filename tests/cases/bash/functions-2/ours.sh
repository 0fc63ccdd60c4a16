a() {
  echo a
}

b() {
  echo b
}
