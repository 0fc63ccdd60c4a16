static int count(struct list *l)
{
	return l->n;
}
