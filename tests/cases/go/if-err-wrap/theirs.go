package a

func f() {
	a()
	b(1)
}
