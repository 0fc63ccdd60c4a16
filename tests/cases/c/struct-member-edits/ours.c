struct s {
	long a;
	int b;
};
