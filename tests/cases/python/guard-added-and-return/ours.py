def f(x):
    if x is None:
        return None
    return g(x)
