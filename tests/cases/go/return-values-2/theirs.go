package a

func f() (int64, error) {
	return 1, nil
}
