#define SQ(x) (x) * (x)
