package a

// F does.
func F(a int) {
	x()
}
