def f(a, c, b=1):
    pass
