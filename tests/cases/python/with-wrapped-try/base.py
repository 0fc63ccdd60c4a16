def f():
    a = open(x)
    b = a.read()
    return b
