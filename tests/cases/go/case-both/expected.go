package a

func f(x int) int {
	switch x {
	case 1:
		return 1
<<<<<<< ours
	case 2:
		return 2
||||||| base
=======
	case 3:
		return 3
>>>>>>> theirs
	}
	return 0
}
