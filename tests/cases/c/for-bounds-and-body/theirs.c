void f(void)
{
	for (int i = 0; i < n; i++)
		g(i, 1);
}
