def g(a):
    b(a, 1)
    return a
