#include <stdio.h>
#include <stdlib.h>

enum color {
    RED = 1,
    GREEN = 2,
};

<<<<<<< ours
||||||| base
struct row *load(const char *path, int mode)
{
    char *data = read_file(path, mode);
    struct row *rows = parse(data, LIMIT);
    if (rows && data) {
        emit(rows);
    }
    return rows;
}

=======
struct row *load(const char *path, int mode)
{
    char *data = read_file(path, mode);
    struct row *rows = parse_rows(data, LIMIT);
    if (rows && data) {
        emit(rows);
    }
    return rows;
}

>>>>>>> theirs
void save(const char *path)
{
    write_file(path, rows);
}
