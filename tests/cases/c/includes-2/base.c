#include <stdio.h>
#include "a.h"

int x;
