package a

type I interface {
	A()
	C()
}
