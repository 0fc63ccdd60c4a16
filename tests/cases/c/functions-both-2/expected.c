void a(void)
{
}

void b(void)
{
	x();
}

void c(void)
{
	y();
}
