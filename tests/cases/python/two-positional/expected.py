<<<<<<< ours
def f(a, b):
||||||| base
def f(a):
=======
def f(a, c):
>>>>>>> theirs
    return a
