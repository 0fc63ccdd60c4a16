package a

type I interface {
	A()
	B()
}
