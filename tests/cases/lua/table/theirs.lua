local t = {
  x = 1,
  z = 3,
}
