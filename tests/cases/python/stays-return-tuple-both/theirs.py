def f():
    return a, b, d
