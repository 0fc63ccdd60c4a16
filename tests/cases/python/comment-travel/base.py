import a


# about f
def f():
    return 1


# about g
def g():
    return 2
