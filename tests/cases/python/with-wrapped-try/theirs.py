def f():
    a = open(x)
    b = a.read(10)
    return b
