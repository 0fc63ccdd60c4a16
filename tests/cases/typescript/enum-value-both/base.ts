enum A {
  X = 1,
}
