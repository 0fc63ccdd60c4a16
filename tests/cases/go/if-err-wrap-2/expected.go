package a

func f() error {
	if err := g(2); err != nil {
		return err
	}
	return nil
}
