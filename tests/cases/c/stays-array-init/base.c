int a[] = {
	1,
};
