void f(void)
{
<<<<<<< ours
	g(a, b);
||||||| base
	g(a);
=======
	g(a, c);
>>>>>>> theirs
}
