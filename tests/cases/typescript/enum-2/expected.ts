enum A {
  X = 'x',
  Y = 'y',
  Z = 'z',
}
