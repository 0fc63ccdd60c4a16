<<<<<<< ours
x = f(a=1, b=2)
||||||| base
x = f(a=1)
=======
x = f(a=1, b=3)
>>>>>>> theirs
