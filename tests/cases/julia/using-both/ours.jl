using A
using B

f() = 1
