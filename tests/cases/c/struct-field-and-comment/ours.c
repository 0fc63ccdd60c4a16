struct node {
	int key;
	int value;
	struct node *next;
};
