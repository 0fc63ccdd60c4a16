import json
import os

LIMIT = 10
COLORS = {
    "red": 1,
    "green": 2,
}


class Store:
    """Keeps entries."""

    def save(self, path):
        write(path, self.rows)
