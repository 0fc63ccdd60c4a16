resource "a" "b" {
}

resource "a" "d" {
}
