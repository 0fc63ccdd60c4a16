#include <stdio.h>
#include <stdlib.h>

int f(void);
