def f(x):
    if x is not None:
        return 1
