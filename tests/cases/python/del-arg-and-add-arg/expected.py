f(a, c, d)
