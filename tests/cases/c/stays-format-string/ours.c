void f(void)
{
	printf("b %d", x);
}
