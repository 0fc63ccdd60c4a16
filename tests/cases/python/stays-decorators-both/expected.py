<<<<<<< ours
@a
||||||| base
=======
@b
>>>>>>> theirs
def f():
    pass
