let x = c()
