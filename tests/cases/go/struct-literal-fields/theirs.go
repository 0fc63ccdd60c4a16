package a

var x = T{
	A: 10,
}
