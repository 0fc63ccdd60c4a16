<<<<<<< ours
make(name, size, color)
||||||| base
make(name, size)
=======
make(name, size, weight)
>>>>>>> theirs
