using A

f() = 1
