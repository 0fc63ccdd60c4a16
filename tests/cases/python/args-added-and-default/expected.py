def f(a, c, b=2):
    pass
