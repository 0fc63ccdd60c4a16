def f(a, b, *, d):
    pass
