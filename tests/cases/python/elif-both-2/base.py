def f(x):
    if x == 1:
        a()
    else:
        z()
