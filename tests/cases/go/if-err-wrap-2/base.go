package a

func f() error {
	err := g(1)
	return err
}
