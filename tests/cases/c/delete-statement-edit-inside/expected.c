void f(void)
{
<<<<<<< ours
||||||| base
	if (x) {
		a();
		b();
	}
=======
	if (x) {
		a(1);
		b();
	}
>>>>>>> theirs
}
