val x = a().b().d()
