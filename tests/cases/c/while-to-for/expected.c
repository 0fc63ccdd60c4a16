void f(void)
{
<<<<<<< ours
	for (;;)
||||||| base
	while (a)
=======
	while (a && c)
>>>>>>> theirs
		b();
}
