return {
  name = "x",
  size = 1,
}
