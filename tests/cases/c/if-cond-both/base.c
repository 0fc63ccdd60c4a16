int f(int a, int b)
{
	if (a)
		return 1;
	return 0;
}
