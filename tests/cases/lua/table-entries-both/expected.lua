return {
  name = "x",
  size = 2,
  color = "red",
}
