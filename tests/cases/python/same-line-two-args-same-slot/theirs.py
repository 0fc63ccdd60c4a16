f(c)
