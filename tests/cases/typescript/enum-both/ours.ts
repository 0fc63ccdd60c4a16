enum E {
  A = 'a',
  B = 'b',
}
