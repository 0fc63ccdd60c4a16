def f(x):
    if x == 1:
        a()
    elif x == 2:
        b()
    else:
        z()
