def f():
    return z, b, c
