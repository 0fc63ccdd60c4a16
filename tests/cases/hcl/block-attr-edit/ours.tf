resource "a" "b" {
  x = 10
  y = 2
}
