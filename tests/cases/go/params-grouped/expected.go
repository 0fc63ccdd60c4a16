package a

func f(a, b int64) {
	g(a, b)
}
