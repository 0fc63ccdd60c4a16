tags = {
  a = 1
}
