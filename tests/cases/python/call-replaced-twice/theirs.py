x = c()
