f(a, y)
