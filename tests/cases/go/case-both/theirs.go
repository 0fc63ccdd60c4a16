package a

func f(x int) int {
	switch x {
	case 1:
		return 1
	case 3:
		return 3
	}
	return 0
}
