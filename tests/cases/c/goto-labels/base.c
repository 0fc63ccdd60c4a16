int f(void)
{
	x();
out:
	return 0;
}
