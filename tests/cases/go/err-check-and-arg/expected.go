package a

func f() error {
	x, err := g()
	if err != nil {
		return err
	}
	return h(x, 1)
}
