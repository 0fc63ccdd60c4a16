package a

func f() error {
	err := g(2)
	return err
}
