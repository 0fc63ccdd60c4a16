local t = {
  1,
  3,
}
