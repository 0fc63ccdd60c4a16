<<<<<<< ours
def f(b):
    return b
||||||| base
def f(a):
    return a
=======
def f(c):
    return c
>>>>>>> theirs
