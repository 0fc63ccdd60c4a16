def f():
    return z, b
