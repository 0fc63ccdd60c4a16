void f(void)
{
	g(a, b);
}
