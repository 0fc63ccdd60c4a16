package a

func a() {
}

func b() {
	x()
}
