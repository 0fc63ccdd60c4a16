void f(void)
{
	g(a, c);
}
