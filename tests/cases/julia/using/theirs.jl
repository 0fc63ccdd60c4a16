using A
using B
using D

f(x) = x
