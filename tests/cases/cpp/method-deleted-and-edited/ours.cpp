#include <stdio.h>
#include <stdlib.h>

enum color {
    RED = 1,
    GREEN = 2,
};

void save(const char *path)
{
    write_file(path, rows);
}
