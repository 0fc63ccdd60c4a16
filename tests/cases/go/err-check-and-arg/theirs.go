package a

func f() error {
	x := g()
	return h(x, 1)
}
