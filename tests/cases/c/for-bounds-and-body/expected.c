void f(void)
{
	for (int i = 0; i < m; i++)
		g(i, 1);
}
