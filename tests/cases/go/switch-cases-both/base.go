package a

func f(x int) {
	switch x {
	case 1:
		a()
	}
}
