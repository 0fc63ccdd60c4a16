package a

func f() (int64, error) {
	return 2, nil
}
