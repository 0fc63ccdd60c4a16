void f(int a)
{
	if (a) {
		one(a);
		two(a, 1);
	}
}
