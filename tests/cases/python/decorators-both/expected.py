@a
@b
def f(x):
    return 1
