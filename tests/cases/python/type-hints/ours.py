def f(a: int, b):
    return a
