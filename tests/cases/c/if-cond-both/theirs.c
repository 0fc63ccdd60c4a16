int f(int a, int b)
{
	if (a > 2)
		return 1;
	return 0;
}
