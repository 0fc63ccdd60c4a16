import a


# about f
def f():
    return 10


# about g
def g():
    return 2
