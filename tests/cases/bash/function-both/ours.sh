f() {
  a
}

g() {
  b
}
