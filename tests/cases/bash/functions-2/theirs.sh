a() {
  echo a
}

c() {
  echo c
}
