void f(void)
{
	log_open("x");
	work();
}
