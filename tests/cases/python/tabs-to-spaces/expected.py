def f(x):
    if x:
        return 3
    return 2
