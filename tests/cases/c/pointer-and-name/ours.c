const int *a;
