<<<<<<< ours
def f(a, b, c):
||||||| base
def f(a, b):
=======
def f(a, b, *, d):
>>>>>>> theirs
    pass
