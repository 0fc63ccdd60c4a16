return {
  name = "x",
  size = 2,
}
