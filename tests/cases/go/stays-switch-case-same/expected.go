package a

func f() {
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
