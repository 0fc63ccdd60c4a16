package a

const (
	A = 1
	C = 3
)
