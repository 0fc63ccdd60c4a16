static int f(int b)
{
	return a;
}
