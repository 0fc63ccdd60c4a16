package a

func f(a int) error {
	return nil
}
