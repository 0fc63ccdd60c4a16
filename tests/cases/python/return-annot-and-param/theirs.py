def f(a, *, b=None):
    return a
