all:
	a
<<<<<<< ours
	b
||||||| base
=======
	c
>>>>>>> theirs
