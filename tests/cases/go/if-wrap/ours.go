package a

func f() error {
	if ok {
		x := g()
		h(x)
	}
	return nil
}
