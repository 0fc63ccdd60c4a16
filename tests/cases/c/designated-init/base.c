struct s x = {
	.a = 1,
};
