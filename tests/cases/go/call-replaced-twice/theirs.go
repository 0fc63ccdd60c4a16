package a

var x = c()
