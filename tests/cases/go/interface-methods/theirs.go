package a

type I interface {
	A() error
	C(x int) error
}
