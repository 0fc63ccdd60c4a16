package a

func f() {
	if err := a(); err != nil {
		return
	}
	b()
}
