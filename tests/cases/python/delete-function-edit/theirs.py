import a


def f():
    return a.c
