int f(void)
{
	return ready() || fits();
}
