enum E {
  A = 'a',
}
