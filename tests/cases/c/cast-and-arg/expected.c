void f(void)
{
	p = (char *)malloc(n + 1);
}
