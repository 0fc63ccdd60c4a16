def g(a):
    b(a)
    return a
