def f(a,b,c):
    return g(a,b,c,d=2)
