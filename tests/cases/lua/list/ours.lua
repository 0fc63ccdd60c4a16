return {
  'a',
  'b',
}
