x = a()
