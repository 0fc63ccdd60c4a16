f(a, c)
