package a

type I interface {
	A() error
	B() error
}
