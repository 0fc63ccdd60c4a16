<<<<<<< ours
val x = a().b().c()
||||||| base
val x = a().b()
=======
val x = a().b().d()
>>>>>>> theirs
