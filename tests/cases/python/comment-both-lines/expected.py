<<<<<<< ours
# one, two
||||||| base
# one
=======
# one, three
>>>>>>> theirs
x = 1
