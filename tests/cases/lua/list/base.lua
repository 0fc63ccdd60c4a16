return {
  'a',
}
