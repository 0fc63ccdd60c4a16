# two
x = 2
