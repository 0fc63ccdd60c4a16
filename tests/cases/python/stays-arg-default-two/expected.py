<<<<<<< ours
def f(a, b=2):
||||||| base
def f(a, b=1):
=======
def f(a, b=3):
>>>>>>> theirs
    pass
