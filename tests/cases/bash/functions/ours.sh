a() {
  x
}

b() {
  y
}
