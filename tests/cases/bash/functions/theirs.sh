a() {
  x
}

c() {
  z
}
