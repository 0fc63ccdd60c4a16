package a

func f() {
	if x {
		a()
		b(1)
	}
}
