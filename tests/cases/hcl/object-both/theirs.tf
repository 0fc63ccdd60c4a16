tags = {
  a = 1
  c = 3
}
