#include <stdio.h>
#include "a.h"
#include "b.h"
#include "c.h"

int x;
