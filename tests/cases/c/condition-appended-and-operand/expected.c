int f(void)
{
	return ready() || fits(1) || extra();
}
