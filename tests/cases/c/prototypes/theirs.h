int a(void);
int c(int);
