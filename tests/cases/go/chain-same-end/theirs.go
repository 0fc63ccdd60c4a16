package a

var x = a().b().d()
