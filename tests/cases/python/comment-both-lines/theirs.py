# one, three
x = 1
