def f(x):
    if x == 1:
        a()
    elif x == 3:
        c()
    else:
        z()
