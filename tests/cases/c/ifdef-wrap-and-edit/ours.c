void f(void)
{
#ifdef LOG
	log_open("x");
#endif
	work();
}
