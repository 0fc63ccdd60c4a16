def f(x):
    if x == 1:
        return 1
<<<<<<< ours
    elif x == 2:
        return 2
||||||| base
=======
    elif x == 3:
        return 3
>>>>>>> theirs
    return 0
