int f(long a)
{
	return a;
}
