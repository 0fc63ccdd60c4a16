struct s {
	int a;
	int b;
	long a2;
};
