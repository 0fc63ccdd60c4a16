void f(void)
{
#ifdef LOG
	log_open("x", 1);
#endif
	work();
}
