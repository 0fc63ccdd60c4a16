struct s {
	int a;
<<<<<<< ours
||||||| base
	int b;
=======
	long b;
>>>>>>> theirs
};
