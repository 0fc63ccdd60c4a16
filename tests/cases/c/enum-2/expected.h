enum e {
	A,
	B,
	C,
	D
};
