int a(void);
int b(void);
int c(int);
