"""The index of past conflicts: one SQLite file under the git common directory.

`merges` says which merges are done, `conflicts` holds one row a conflict with what was
committed; `judged`, `lessons` and `personal` hold what the judge may learn from them and what it
has learned (`app/teach`, `app/personal`).  A batch is one transaction with a rollback journal, not
a write-ahead log: git directories lie on network file systems, where the log's shared memory does
not work, and a reader needs no second file.  Whatever kills the writer, the next reader rolls back
to the batch before.  Nothing but `<common dir>/mergeassist/` is ever written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from mergeassist.errors import InputError

_VERSION = 4
WAIT = 10.0  # another `learn` holds the lock for one batch at a time
_SCHEMA = """
CREATE TABLE merges (
    id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, time INTEGER NOT NULL,
    files INTEGER NOT NULL, problem TEXT
);
CREATE TABLE conflicts (
    merge INTEGER NOT NULL REFERENCES merges (id), time INTEGER NOT NULL,
    path TEXT NOT NULL, place INTEGER NOT NULL,
    exact INTEGER NOT NULL, space INTEGER NOT NULL, renamed INTEGER NOT NULL,
    side TEXT NOT NULL, text BLOB, template BLOB
);
CREATE TABLE judged (merge INTEGER PRIMARY KEY, judge TEXT NOT NULL);
CREATE TABLE lessons (
    merge INTEGER NOT NULL, time INTEGER NOT NULL, keys TEXT NOT NULL, numbers BLOB NOT NULL
);
CREATE INDEX by_time ON lessons (time, merge);
CREATE TABLE personal (key TEXT PRIMARY KEY, weights BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX by_key ON conflicts (renamed, time);
"""
_TABLES = ("merges", "conflicts", "judged", "lessons", "personal")


class Keys(NamedTuple):
    """A conflict as 64-bit hashes, each coarser than the one before."""

    exact: int
    space: int
    renamed: int


class Row(NamedTuple):
    """One past conflict as it is kept.

    `side` says what was committed: `ours`, `theirs`, or `other`, for which alone `text` and its
    form with placeholders, `template`, are kept.
    """

    path: str
    place: int
    keys: Keys
    side: str
    text: bytes | None
    template: bytes | None


class Learned(NamedTuple):
    """One merge that has been looked at."""

    name: str
    time: int
    rows: tuple[Row, ...] = ()
    problem: str | None = None


class Lesson(NamedTuple):
    """What one decided conflict can teach: its keys, and numbers as `app/personal` packs them."""

    keys: tuple[str, ...]
    numbers: bytes


class Match(NamedTuple):
    """A past conflict whose `renamed` key is one of those asked for."""

    merge: str
    time: int
    row: Row


class Index:
    """An open index; a context manager."""

    def __init__(self, file: Path, *, write: bool = False, wait: float = WAIT) -> None:
        """Open `file`, which only a writer creates; raises `InputError` for one that is no index.

        A reader may write as far as rolling back what a killed writer left.
        """
        if write:
            file.parent.mkdir(exist_ok=True)
        mode = "rwc" if write else "rw"
        try:
            self._store = sqlite3.connect(
                f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=wait,
                isolation_level=None,
            )  # fmt: skip
        except sqlite3.Error as error:
            raise InputError(file, f"cannot be opened ({error})") from error
        try:
            self._prepare(write)
        except sqlite3.Error as error:
            self._store.close()
            busy = "locked" in str(error)
            advice = "another run is at work" if busy else "mergeassist learn --rebuild"
            raise InputError(file, f"cannot be used ({error})", advice) from error
        except InputError:
            self._store.close()
            raise

    def _prepare(self, write: bool) -> None:
        version = self._format()
        if write and version < _VERSION:
            self._store.execute("PRAGMA journal_mode = DELETE")
            with self._transaction():
                if self._format() < _VERSION:  # nobody else was faster
                    self._start_over()
        elif version != _VERSION:
            raise InputError("the index", f"has format {version}, not {_VERSION}",
                             "mergeassist learn --rebuild")
        if not write:
            self._store.execute("PRAGMA query_only = 1")

    def _format(self) -> int:
        (version,) = self._store.execute("PRAGMA user_version").fetchone()
        return int(version)

    def _start_over(self) -> None:
        """Empty tables in place of those of an older format: all can be learned again."""
        for name in _TABLES:
            self._store.execute(f"DROP TABLE IF EXISTS {name}")
        for statement in _SCHEMA.split(";"):
            self._store.execute(statement)
        self._store.execute(f"PRAGMA user_version = {_VERSION}")

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was added is kept."""
        self._store.close()

    def known(self) -> set[str]:
        """The names of the merges that have been looked at."""
        return {name.hex() for (name,) in self._store.execute("SELECT name FROM merges")}

    def conflicted(self) -> set[str]:
        """The names of the merges of which conflicts are kept."""
        found = self._store.execute("SELECT name FROM merges WHERE files > 0")
        return {name.hex() for (name,) in found}

    def size(self) -> tuple[int, int]:
        """How many merges and conflicts it holds."""
        merges, conflicts = self._store.execute(
            "SELECT (SELECT count(*) FROM merges), (SELECT count(*) FROM conflicts)"
        ).fetchone()
        return int(merges), int(conflicts)

    def problems(self) -> Mapping[str, int]:
        """Why merges could not be redone, and how many."""
        return dict(self._store.execute(
            "SELECT problem, count(*) FROM merges WHERE problem IS NOT NULL GROUP BY problem"
        ))  # fmt: skip

    def add(self, batch: Iterable[Learned]) -> None:
        """Keep a batch of merges, all of it or nothing; one that is known stays as it is.

        Raises `InputError` when the file cannot be written.
        """
        with self._transaction():
            for merge in batch:
                self._add(merge)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._store.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._store.execute("ROLLBACK")
                raise
            self._store.execute("COMMIT")
        except sqlite3.Error as error:
            raise InputError("the index", f"cannot be written ({error})") from error

    def _add(self, merge: Learned) -> None:
        done = self._store.execute(
            "INSERT OR IGNORE INTO merges (name, time, files, problem) VALUES (?, ?, ?, ?)",
            (bytes.fromhex(merge.name), merge.time, len({r.path for r in merge.rows}),
             merge.problem),
        )  # fmt: skip
        if done.rowcount != 1:
            return
        self._store.executemany(
            "INSERT INTO conflicts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (done.lastrowid, merge.time, row.path, row.place, *row.keys, row.side, row.text,
                 row.template)
                for row in merge.rows
            ],
        )  # fmt: skip

    def matches(self, keys: tuple[Keys, Keys], before: int | None, most: int) -> list[Match]:
        """Past conflicts with one of two `renamed` keys: closest first, then newest first."""
        one, other = keys
        found = self._store.execute(
            "SELECT m.name, c.time, path, place, exact, space, renamed, side, text, template "
            "FROM conflicts c JOIN merges m ON m.id = c.merge "
            "WHERE renamed IN (?, ?) AND c.time < ? "
            "ORDER BY exact IN (?, ?) DESC, space IN (?, ?) DESC, c.time DESC LIMIT ?",
            (one.renamed, other.renamed, _BEFORE_ALL if before is None else before,
             one.exact, other.exact, one.space, other.space, most),
        )
        return [
            Match(name.hex(), time, Row(path, place, Keys(*hashes), *rest))
            for name, time, path, place, *others in found
            for hashes, rest in [(others[:3], others[3:])]
        ]

    def unjudged(self, judge: str, most: int) -> set[str]:
        """The newest merges with `most` conflicts, of them those this judge has not seen yet."""
        found = self._store.execute(
            "SELECT m.name, j.judge, c.many FROM merges m "
            "JOIN (SELECT merge, count(*) AS many FROM conflicts GROUP BY merge) c "
            "ON c.merge = m.id LEFT JOIN judged j ON j.merge = m.id "
            "ORDER BY m.time DESC, m.id"
        )
        names, total = set(), 0
        for name, by, count in found:
            total += count
            if total > most:
                break
            if by != judge:
                names.add(name.hex())
        return names

    def add_lessons(
        self, judge: str, batch: Iterable[tuple[str, Iterable[Lesson]]]
    ) -> None:
        """Keep what this judge says of the conflicts of known merges, in place of any other's.

        Raises `InputError` when the file cannot be written.
        """
        with self._transaction():
            for name, lessons in batch:
                merge, time = self._store.execute(
                    "SELECT id, time FROM merges WHERE name = ?", (bytes.fromhex(name),)
                ).fetchone()
                self._store.execute("DELETE FROM lessons WHERE merge = ?", (merge,))
                self._store.execute("INSERT OR REPLACE INTO judged VALUES (?, ?)", (merge, judge))
                self._store.executemany(
                    "INSERT INTO lessons VALUES (?, ?, ?, ?)",
                    [(merge, time, "\0".join(one.keys), one.numbers) for one in lessons],
                )

    def lessons(self) -> Iterator[tuple[int, list[Lesson]]]:
        """The time of each judged merge and its lessons, oldest first; merges are kept apart."""
        rows = self._store.execute(
            "SELECT time, merge, keys, numbers FROM lessons ORDER BY time, merge, rowid"
        )
        for (time, _), group in groupby(rows, key=lambda row: row[:2]):
            yield time, [Lesson(tuple(keys.split("\0")), numbers) for *_, keys, numbers in group]

    def put_weights(self, weights: Iterable[tuple[str, bytes]]) -> None:
        """Replace what has been learned, all of it or nothing; raises as `add` does."""
        with self._transaction():
            self._store.execute("DELETE FROM personal")
            self._store.executemany("INSERT INTO personal VALUES (?, ?)", weights)

    def weights(self, keys: Iterable[str]) -> dict[str, bytes]:
        """What has been learned for some keys; those without are left out."""
        # a path that is not UTF-8 is never learned, and SQLite takes no such text
        wanted = [key for key in keys if key.encode(errors="replace").decode() == key]
        holes = ", ".join("?" * len(wanted))
        return dict(self._store.execute(
            f"SELECT key, weights FROM personal WHERE key IN ({holes})", wanted  # noqa: S608
        ))  # fmt: skip


_BEFORE_ALL = (1 << 63) - 1
