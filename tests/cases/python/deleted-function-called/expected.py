<<<<<<< ours
||||||| base
def f():
    return 1


=======
def f():
    return 2


>>>>>>> theirs
def g():
    return 1
