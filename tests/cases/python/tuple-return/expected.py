def f():
    return a2, b2
