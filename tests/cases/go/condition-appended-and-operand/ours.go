package a

var x = ready() && fits() && extra()
