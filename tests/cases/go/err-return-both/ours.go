package a

func f() error {
	return wrap(g())
}
