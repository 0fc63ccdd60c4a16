package a

// F does.
func F() {
	x()
}
