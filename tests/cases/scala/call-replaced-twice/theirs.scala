val x = c()
