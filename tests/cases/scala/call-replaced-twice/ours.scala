val x = b()
