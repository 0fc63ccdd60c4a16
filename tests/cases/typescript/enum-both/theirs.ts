enum E {
  A = 'a',
  C = 'c',
}
