package a

func f(a int) (int, error) {
	return nil
}
