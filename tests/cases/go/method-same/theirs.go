package a

func (t *T) A() {}

func (t *T) B() {
	y()
}
