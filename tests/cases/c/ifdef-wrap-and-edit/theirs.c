void f(void)
{
	log_open("x", 1);
	work();
}
