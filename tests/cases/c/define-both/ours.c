#define A 10
#define B 2
