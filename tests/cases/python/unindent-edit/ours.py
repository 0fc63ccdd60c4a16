def f(x):
    if not x:
        return None
    a = one(x)
    b = two(a)
    return b
