package a

var x = g(a(1))
