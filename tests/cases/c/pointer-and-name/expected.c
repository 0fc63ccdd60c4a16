const int *b;
