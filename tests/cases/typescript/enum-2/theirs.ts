enum A {
  X = 'x',
  Z = 'z',
}
