package a

func f(x int) int {
	switch x {
	case 1:
		return 1
	case 2:
		return 2
	}
	return 0
}
