package a

func (t *T) A() {}

func (t *T) B() {
	x()
}

func (u *U) B() {
	y()
}
