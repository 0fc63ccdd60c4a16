def f():
    x = g(2)
    return x
