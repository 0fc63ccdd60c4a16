def f():
    return c
