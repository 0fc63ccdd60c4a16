int f(int a)
{
	/* one */
	return a + 1;
}
