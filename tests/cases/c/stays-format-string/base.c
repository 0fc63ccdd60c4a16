void f(void)
{
	printf("a %d", x);
}
