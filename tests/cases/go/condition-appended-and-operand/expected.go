package a

var x = ready() && fits(1) && extra()
