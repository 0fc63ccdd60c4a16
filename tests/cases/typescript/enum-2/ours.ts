enum A {
  X = 'x',
  Y = 'y',
}
