val x = a().b()
