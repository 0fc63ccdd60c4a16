#define A 3
