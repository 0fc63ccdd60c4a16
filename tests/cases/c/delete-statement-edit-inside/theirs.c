void f(void)
{
	if (x) {
		a(1);
		b();
	}
}
