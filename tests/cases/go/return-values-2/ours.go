package a

func f() (int, error) {
	return 2, nil
}
