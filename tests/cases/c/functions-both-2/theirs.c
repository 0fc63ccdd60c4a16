void a(void)
{
}

void c(void)
{
	y();
}
