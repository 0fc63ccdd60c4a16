def f():
    return b
