package a

func (t *T) A() {}
<<<<<<< ours

func (t *T) B() {
	x()
}
||||||| base
=======

func (t *T) B() {
	y()
}
>>>>>>> theirs
