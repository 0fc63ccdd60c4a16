using A
using B
using C

f(x) = x
