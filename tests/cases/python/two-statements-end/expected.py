def f():
    a()
<<<<<<< ours
    b()
||||||| base
=======
    c()
>>>>>>> theirs
