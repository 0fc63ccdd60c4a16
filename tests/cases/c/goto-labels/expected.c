int f(void)
{
	x();
<<<<<<< ours
err:
	y();
||||||| base
=======
fail:
	z();
>>>>>>> theirs
out:
	return 0;
}
