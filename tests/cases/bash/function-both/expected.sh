f() {
  a
}

g() {
  b
}

h() {
  c
}
