val x = 2
