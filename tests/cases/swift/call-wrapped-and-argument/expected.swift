let x = g(a(1))
