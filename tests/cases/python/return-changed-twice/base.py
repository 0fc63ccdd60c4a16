def f():
    return a
