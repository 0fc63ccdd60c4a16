enum e {
	A,
	B
};
