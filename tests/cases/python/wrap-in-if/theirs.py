def f(x):
    a(x)
    b(x, 1)
    return x
