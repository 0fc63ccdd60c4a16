x = g(a())
