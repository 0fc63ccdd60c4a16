x = 3  # one
y = 2
