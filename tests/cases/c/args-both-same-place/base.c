void f(void)
{
	g(a);
}
