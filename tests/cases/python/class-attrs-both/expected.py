class A:
    x = 1
<<<<<<< ours
    y = 2
||||||| base
=======
    z = 3
>>>>>>> theirs
