using A
using B
using C
using D

f(x) = x
