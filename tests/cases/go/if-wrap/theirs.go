package a

func f() error {
	x := g()
	h(x, 1)
	return nil
}
