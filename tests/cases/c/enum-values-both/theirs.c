enum e {
	A,
	C,
};
