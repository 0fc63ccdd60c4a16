resource "x" "y" {
  a = 1
  c = 3
}
