package a

var x = T{
	A: 10,
	B: 2,
}
