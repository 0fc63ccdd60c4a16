f(x, b)
