let x = g(a())
