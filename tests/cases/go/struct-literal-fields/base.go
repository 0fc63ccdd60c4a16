package a

var x = T{
	A: 1,
}
