void f(void)
{
	a();
}
