#define A 1
#define B 3
