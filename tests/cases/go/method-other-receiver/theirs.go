package a

func (t *T) A() {}

func (u *U) B() {
	y()
}
