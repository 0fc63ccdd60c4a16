package a

func f() (int, error) {
	return g(1), h(20)
}
