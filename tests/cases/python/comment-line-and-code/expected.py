x = 3  # eins
y = 2
