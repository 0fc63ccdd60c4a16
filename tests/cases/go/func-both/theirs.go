package a

func a() {
}

func c() {
	y()
}
