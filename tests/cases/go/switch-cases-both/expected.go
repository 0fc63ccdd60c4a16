package a

func f(x int) {
	switch x {
	case 1:
		a()
<<<<<<< ours
	case 2:
		b()
||||||| base
=======
	case 3:
		c()
>>>>>>> theirs
	}
}
