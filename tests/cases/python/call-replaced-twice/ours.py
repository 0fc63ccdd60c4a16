x = b()
