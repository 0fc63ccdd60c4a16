package a

func f() error {
	x := open()
	return use(x)
}
