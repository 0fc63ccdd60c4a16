<<<<<<< ours
A=2
||||||| base
A=1
=======
A=3
>>>>>>> theirs
