def f():
    return a, b2
