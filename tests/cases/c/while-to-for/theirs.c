void f(void)
{
	while (a && c)
		b();
}
