struct ops o = {
	.open = my_open,
	.close = my_close,
};
