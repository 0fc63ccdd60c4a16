def f(c):
    return c
