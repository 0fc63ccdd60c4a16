struct s {
	int a;
	int b;
	char *c;
};
