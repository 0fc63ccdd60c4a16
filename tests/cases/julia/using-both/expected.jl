using A
using B
using C

f() = 1
