struct s x = {
	.a = 1,
	.c = 3,
};
