<<<<<<< ours
let x = a().b().c()
||||||| base
let x = a().b()
=======
let x = a().b().d()
>>>>>>> theirs
