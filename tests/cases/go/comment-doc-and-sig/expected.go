package a

// F does it.
func F(a, b int) {
}
