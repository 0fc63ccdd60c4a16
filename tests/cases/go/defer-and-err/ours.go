package a

func f() error {
	x := open()
	defer x.Close()
	return use(x)
}
