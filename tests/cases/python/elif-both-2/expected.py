def f(x):
    if x == 1:
        a()
<<<<<<< ours
    elif x == 2:
        b()
||||||| base
=======
    elif x == 3:
        c()
>>>>>>> theirs
    else:
        z()
