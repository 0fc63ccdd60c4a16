enum e {
	A,
};
