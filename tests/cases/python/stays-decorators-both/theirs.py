@b
def f():
    pass
