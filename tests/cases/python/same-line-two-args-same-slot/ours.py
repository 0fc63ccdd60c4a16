f(b)
