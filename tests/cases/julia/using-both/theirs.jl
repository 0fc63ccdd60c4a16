using A
using C

f() = 1
