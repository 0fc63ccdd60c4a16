#ifdef A
int a;
int b;
#endif
