let x = a().b()
