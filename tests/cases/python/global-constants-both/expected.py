A = 1
<<<<<<< ours
B = 2
||||||| base
=======
C = 3
>>>>>>> theirs
