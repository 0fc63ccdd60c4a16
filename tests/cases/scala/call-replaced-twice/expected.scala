<<<<<<< ours
val x = b()
||||||| base
val x = a()
=======
val x = c()
>>>>>>> theirs
