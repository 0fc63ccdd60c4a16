return {
  a = 1,
}
