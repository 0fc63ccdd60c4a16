int f(int a, int b)
{
<<<<<<< ours
	if (a && b)
||||||| base
	if (a)
=======
	if (a > 2)
>>>>>>> theirs
		return 1;
	return 0;
}
