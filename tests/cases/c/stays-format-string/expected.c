void f(void)
{
<<<<<<< ours
	printf("b %d", x);
||||||| base
	printf("a %d", x);
=======
	printf("c %d", x);
>>>>>>> theirs
}
