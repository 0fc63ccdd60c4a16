x = 1  # eins
y = 2
