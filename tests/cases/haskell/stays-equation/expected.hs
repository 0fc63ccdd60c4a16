<<<<<<< ours
f x = x + 2
||||||| base
f x = x + 1
=======
f x = x + 3
>>>>>>> theirs
