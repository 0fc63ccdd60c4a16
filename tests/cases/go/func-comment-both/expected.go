package a

// F does it.
func F(a int) {
	x()
}
