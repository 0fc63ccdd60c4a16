/* f: it */
int f(int a)
{
	return a;
}
