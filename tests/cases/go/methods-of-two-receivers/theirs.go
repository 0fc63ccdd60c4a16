package a

func (x T) A() {
}

func (x U) B() {
	z()
}
