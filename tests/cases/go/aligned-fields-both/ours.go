package a

type T struct {
	A   int
	Bcd string
	E   bool
}
