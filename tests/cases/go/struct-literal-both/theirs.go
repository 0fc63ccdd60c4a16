package a

var x = T{
	A: 1,
	C: 3,
}
