import a


# about g
def g():
    return 2


# about f
def f():
    return 1
