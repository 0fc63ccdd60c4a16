def f(x):
    if x:
        a = one(x)
        b = two(a)
        return b
