local t = {
  x = 1,
  y = 2,
}
