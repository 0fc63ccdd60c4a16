package a

<<<<<<< ours
var x = a().b().c()
||||||| base
var x = a().b()
=======
var x = a().b().d()
>>>>>>> theirs
