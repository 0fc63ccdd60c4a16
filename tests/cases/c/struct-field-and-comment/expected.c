struct node {
	int key; /* unique */
	int value;
	struct node *next;
};
