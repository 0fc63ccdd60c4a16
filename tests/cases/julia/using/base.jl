using A
using B

f(x) = x
