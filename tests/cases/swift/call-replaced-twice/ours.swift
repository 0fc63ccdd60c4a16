let x = b()
