@a
def f():
    pass
