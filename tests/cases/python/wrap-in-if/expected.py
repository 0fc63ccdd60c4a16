def f(x):
    if x:
        a(x)
        b(x, 1)
    return x
