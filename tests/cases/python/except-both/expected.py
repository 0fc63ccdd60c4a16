try:
    a()
except A:
    pass
<<<<<<< ours
except B:
    b()
||||||| base
=======
except C:
    c()
>>>>>>> theirs
