void f(void)
{
	for (;;)
		b();
}
