package a

var x = b()
