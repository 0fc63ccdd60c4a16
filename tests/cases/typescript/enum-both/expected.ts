enum E {
  A = 'a',
  B = 'b',
  C = 'c',
}
