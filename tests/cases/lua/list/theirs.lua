return {
  'a',
  'c',
}
