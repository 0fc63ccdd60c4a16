enum e {
	A,
	B,
};
