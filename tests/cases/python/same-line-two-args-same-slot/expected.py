<<<<<<< ours
f(b)
||||||| base
f(a)
=======
f(c)
>>>>>>> theirs
