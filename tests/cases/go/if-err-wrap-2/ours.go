package a

func f() error {
	if err := g(1); err != nil {
		return err
	}
	return nil
}
