f() {
  a
}

h() {
  c
}
