package a

var x = a(1).b().c()
