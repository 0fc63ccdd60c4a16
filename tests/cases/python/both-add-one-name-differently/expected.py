import json
import os

LIMIT = 10
COLORS = {
    "red": 1,
    "green": 2,
}


class Store:
    """Keeps entries."""

    def load(self, path, mode):
        data = read(path, mode)
        rows = parse(data, LIMIT)
        if rows and data:
            emit(rows)
        return rows

    def save(self, path):
        write(path, self.rows)
<<<<<<< ours

    def close(self):
        self.file.close()
||||||| base
=======

    def close(self):
        release(self.file)
>>>>>>> theirs
