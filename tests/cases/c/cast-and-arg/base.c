void f(void)
{
	p = malloc(n);
}
