<<<<<<< ours
x <- 2
||||||| base
x <- 1
=======
x <- 3
>>>>>>> theirs
