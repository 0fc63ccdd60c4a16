int count(const struct list *l)
{
	return l->n;
}
