struct ops o = {
	.open = my_open,
};
