package a

type T struct {
	A int
<<<<<<< ours
	B int
||||||| base
=======
	B string
>>>>>>> theirs
}
