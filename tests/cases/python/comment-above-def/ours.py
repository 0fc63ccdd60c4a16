# a better helper
def f():
    return 1
