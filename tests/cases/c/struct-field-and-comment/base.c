struct node {
	int key;
	struct node *next;
};
