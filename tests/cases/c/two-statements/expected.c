void f(void)
{
	a();
<<<<<<< ours
	b();
||||||| base
=======
	c();
>>>>>>> theirs
}
