package a

func f() error {
	x, err := open()
	if err != nil {
		return err
	}
	return use(x)
}
