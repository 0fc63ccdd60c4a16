package a

func (x T) A() {
}

func (x T) B() {
	y()
}
