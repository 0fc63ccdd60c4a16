def f(x):
    if x == 1:
        return 1
    elif x == 3:
        return 3
    return 0
