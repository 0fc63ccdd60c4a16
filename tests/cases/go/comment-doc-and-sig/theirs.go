package a

// F does.
func F(a, b int) {
}
