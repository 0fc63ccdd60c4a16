# one
x = 2
