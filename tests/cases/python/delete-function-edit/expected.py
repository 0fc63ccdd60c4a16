import a


<<<<<<< ours
x = 1
||||||| base
def f():
    return a.b
=======
def f():
    return a.c
>>>>>>> theirs
