package a

// T is.
type T struct {
	A int // a
	B int // b
}
