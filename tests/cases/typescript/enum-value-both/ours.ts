enum A {
  X = 2,
}
