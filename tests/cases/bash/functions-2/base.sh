a() {
  echo a
}
