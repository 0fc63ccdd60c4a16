def f(x):
    if x:
        a = one(x)
        b = two(a, x)
        return b
