def f(x):
    a(x)
    b(x)
    return x
