val x = g(a())
