<<<<<<< ours
f(x) = 2
||||||| base
f(x) = 1
=======
f(x) = 3
>>>>>>> theirs
