void a(void);
void b(void);
void c(void);
