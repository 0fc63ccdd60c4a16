struct s {
	long a;
	char b;
};
