package a

type T struct {
	A int
	B string
}
