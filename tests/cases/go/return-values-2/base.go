package a

func f() (int, error) {
	return 1, nil
}
