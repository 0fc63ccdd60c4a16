all:
	echo a
<<<<<<< ours
	echo b
||||||| base
=======
	echo c
>>>>>>> theirs
