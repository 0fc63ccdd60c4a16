package a

const (
	A = iota
	B
<<<<<<< ours
	C
||||||| base
=======
	D
>>>>>>> theirs
)
