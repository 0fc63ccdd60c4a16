package a

func f() error {
	if ok {
		x := g()
		h(x, 1)
	}
	return nil
}
