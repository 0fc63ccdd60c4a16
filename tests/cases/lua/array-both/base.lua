local t = {
  1,
}
