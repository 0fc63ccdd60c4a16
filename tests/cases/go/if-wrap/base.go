package a

func f() error {
	x := g()
	h(x)
	return nil
}
