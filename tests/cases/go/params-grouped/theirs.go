package a

func f(a, b int) {
	g(a, b)
}
