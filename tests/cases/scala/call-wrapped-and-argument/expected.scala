val x = g(a(1))
