int f(void)
{
	x();
err:
	y();
out:
	return 0;
}
