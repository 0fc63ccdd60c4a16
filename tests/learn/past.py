"""Repositories with merges in their past, and a judge that a test can do without."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mergeassist.judge.model import Judged

DAY = 86_400
START = 1_600_000_000


class Past:
    """A repository whose merges happen a day apart."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = START
        root.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *args: str, ok: bool = True) -> str:
        when = f"{self.now} +0000"
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        done = subprocess.run(["git", *args], cwd=self.root, capture_output=True, check=False,
                              env={**os.environ, **dates})
        assert done.returncode == 0 or not ok, done.stderr
        return done.stdout.decode("utf-8", "surrogateescape")

    def commit(self, files: Mapping[str, bytes | None], message: str = "change") -> str:
        for path, text in files.items():
            place = self.root / path
            if text is None:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.head()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    def fork(
        self,
        base: Mapping[str, bytes | None],
        ours: Mapping[str, bytes | None],
        theirs: Mapping[str, bytes | None],
        topic: str = "topic",
    ) -> None:
        """`main`, checked out, and a branch that have changed since they parted."""
        self.commit(base, "base")
        self.git("checkout", "-q", "-B", topic)
        self.commit(theirs, "change of theirs")
        self.git("checkout", "-q", "main")
        self.commit(ours, "change of ours")

    def merge(
        self, path: str, base: bytes, ours: bytes, theirs: bytes, resolved: bytes
    ) -> str:
        """A merge commit of one conflict, a day later than the one before."""
        self.now += DAY
        self.fork({path: base}, {path: ours}, {path: theirs})
        self.git("merge", "-q", "--no-edit", "topic", ok=False)
        return self.commit({path: resolved}, "Merge branch 'topic'")

    def state(self) -> str:
        """Everything a preview may not change."""
        objects = sorted(
            str(file.relative_to(self.root)) for file in (self.root / ".git").rglob("*")
            if file.is_file()
        )
        index = (self.root / ".git" / "index").read_bytes().hex()
        status = self.git("--no-optional-locks", "status", "--porcelain", "--ignored")
        return "\n".join([*objects, index, status, self.git("show-ref"), self.head()])


class OneByOne:
    """What makes a stand-in for the judge of one conflict one for the judge of a file."""

    judge: Callable[..., Judged]

    def judge_file(
        self, views: Iterable[object], offered: Iterable[object], personal: object = None,
        **_: object,
    ) -> list[Judged]:
        both = zip(views, offered, strict=True)
        return [self.judge(view, proposals, personal) for view, proposals in both]


def framed(middle: bytes) -> bytes:
    """A text around one region, so that it can be located again."""
    return b"above\nthe first\n" + middle + b"below\nthe last\n"
