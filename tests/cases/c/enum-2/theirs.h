enum e {
	A,
	B,
	D
};
