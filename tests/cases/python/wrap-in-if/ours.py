def f(x):
    if x:
        a(x)
        b(x)
    return x
