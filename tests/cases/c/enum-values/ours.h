enum e {
	A = 1,
	B = 2,
};
