int a;

int f(long x)
{
	return 1;
}
