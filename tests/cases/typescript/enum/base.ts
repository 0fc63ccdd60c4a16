enum A {
  X,
  Y
}
