package a

func a() {
}

func b() {
	x()
}

func c() {
	y()
}
