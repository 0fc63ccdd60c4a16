package a

type T interface {
	A()
	B()
}
