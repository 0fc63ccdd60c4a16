enum e {
	A = 1,
<<<<<<< ours
	B = 2,
||||||| base
=======
	B = 3,
>>>>>>> theirs
};
