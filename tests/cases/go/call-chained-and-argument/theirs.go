package a

var x = a(1)
