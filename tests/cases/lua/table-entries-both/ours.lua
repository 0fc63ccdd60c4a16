return {
  name = "x",
  size = 1,
  color = "red",
}
