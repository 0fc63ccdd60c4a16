struct s {
	int a;
	char *c;
};
