void f(void)
{
	p = malloc(n + 1);
}
