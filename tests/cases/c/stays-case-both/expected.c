void f(int x)
{
	switch (x) {
	case 1:
		a();
		break;
<<<<<<< ours
	case 2:
		b();
		break;
||||||| base
=======
	case 2:
		c();
		break;
>>>>>>> theirs
	}
}
