package a

var x = []int{
	1,
<<<<<<< ours
	2,
||||||| base
=======
	3,
>>>>>>> theirs
}
