local t = {
  a = 1,
  c = 3,
}
