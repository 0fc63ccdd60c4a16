void f(void)
{
	while (a)
		b();
}
