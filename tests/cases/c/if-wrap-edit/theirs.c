void f(int a)
{
	one(a);
	two(a, 1);
}
