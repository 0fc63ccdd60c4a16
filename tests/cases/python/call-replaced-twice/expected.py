<<<<<<< ours
x = b()
||||||| base
x = a()
=======
x = c()
>>>>>>> theirs
