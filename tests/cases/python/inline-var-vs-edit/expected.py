def f():
    return g(2)
