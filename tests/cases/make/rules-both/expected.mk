all: x

x:
	a
<<<<<<< ours

y:
	b
||||||| base
=======

z:
	c
>>>>>>> theirs
