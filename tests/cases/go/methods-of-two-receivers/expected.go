package a

func (x T) A() {
}

func (x T) B() {
	y()
}

func (x U) B() {
	z()
}
