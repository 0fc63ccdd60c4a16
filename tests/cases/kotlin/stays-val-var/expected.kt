<<<<<<< ours
val x = 2
||||||| base
val x = 1
=======
val x = 3
>>>>>>> theirs
