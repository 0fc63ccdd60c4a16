package a

var x = T{
	A: 1,
	B: 2,
}
