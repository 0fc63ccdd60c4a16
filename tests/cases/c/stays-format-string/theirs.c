void f(void)
{
	printf("c %d", x);
}
