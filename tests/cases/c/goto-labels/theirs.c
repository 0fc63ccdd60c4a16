int f(void)
{
	x();
fail:
	z();
out:
	return 0;
}
