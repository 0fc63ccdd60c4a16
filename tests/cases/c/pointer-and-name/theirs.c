int *b;
