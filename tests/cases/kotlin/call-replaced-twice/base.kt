val x = a()
