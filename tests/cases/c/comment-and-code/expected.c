int f(int a)
{
	/* one more */
	return a + 1;
}
