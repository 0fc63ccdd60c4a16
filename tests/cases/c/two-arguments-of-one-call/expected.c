#include <stdio.h>
#include <stdlib.h>

enum color {
    RED = 1,
    GREEN = 2,
};

struct row *load(const char *path, int mode)
{
    char *data = read_file(path, mode);
    struct row *rows = parse(trim(data), 2 * LIMIT);
    if (rows && data) {
        emit(rows);
    }
    return rows;
}

void save(const char *path)
{
    write_file(path, rows);
}
