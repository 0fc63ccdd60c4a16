val x = 3
