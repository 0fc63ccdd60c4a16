let x = a().b().d()
