int *a;
