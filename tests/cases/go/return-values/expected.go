package a

func f() (int, error) {
	return g(10), h(20)
}
