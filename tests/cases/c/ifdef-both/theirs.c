#ifdef A
int a;
int c;
#endif
