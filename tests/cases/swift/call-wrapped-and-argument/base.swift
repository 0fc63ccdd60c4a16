let x = a()
