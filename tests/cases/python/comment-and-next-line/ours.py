# two
x = 1
