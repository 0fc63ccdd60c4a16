package a

// T is.
type T struct {
	A int // the a
	B int // b
}
