#include <stdio.h>
#include <string.h>

int f(void);
