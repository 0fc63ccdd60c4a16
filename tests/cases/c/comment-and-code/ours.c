int f(int a)
{
	/* one more */
	return a;
}
