int a;
<<<<<<< ours

int f(int x)
{
	return x;
}
||||||| base
=======

int f(long x)
{
	return 1;
}
>>>>>>> theirs
