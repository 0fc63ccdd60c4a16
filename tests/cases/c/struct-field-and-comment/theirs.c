struct node {
	int key; /* unique */
	struct node *next;
};
