<<<<<<< ours
let x = b()
||||||| base
let x = a()
=======
let x = c()
>>>>>>> theirs
