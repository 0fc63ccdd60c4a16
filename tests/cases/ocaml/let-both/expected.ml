let a = 1
<<<<<<< ours
let b = 2
||||||| base
=======
let c = 3
>>>>>>> theirs
