enum A {
  X = 3,
}
