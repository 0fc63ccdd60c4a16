enum A {
  X = 'x',
}
