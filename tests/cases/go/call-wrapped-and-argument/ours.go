package a

var x = g(a())
