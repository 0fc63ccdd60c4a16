"""One person going through the conflicts of a work tree: where they are, what they have answered.

An answer is in the file before the next conflict is shown, so that nothing that was decided can
be lost; records and staging wait for `finish`, because an answer may still be taken back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mergeassist.app import files
from mergeassist.app.judging import News
from mergeassist.app.look_over import look_over
from mergeassist.app.resolve_tree import ConflictedFile, WorkTree
from mergeassist.app.settle import Outcome, untouched
from mergeassist.core.chunks import Conflict
from mergeassist.core.outcome import Decision
from mergeassist.errors import InputError
from mergeassist.git.worktree import git_dir

if TYPE_CHECKING:
    from mergeassist.app.check_merged import Broken

_STATE = "mergeassist/resolve.json"
_SCHEMA = "mergeassist.resolve-state/1"


class Answer(NamedTuple):
    """A text for one conflict, and what the person called it (`theirs`, `proposal 1`, …)."""

    text: bytes
    called: str


class Place(NamedTuple):
    """One conflict: the number of its file and its own in the file, both from 0."""

    file: int
    position: int


class _Open:
    """One file of the session."""

    def __init__(self, file: ConflictedFile) -> None:
        self.file = file
        self.judged = False
        self.answers: list[Answer | None] = [None] * len(file.conflicts)
        self.standing = file.work
        self.backup: Path | None = None
        self.kept_old = False

    @property
    def texts(self) -> list[bytes | None]:
        return [answer and answer.text for answer in self.answers]


class Session:
    """The conflicts in the order they are met, the answers, and the way back."""

    def __init__(self, tree: WorkTree, total: int, *, dry_run: bool = False) -> None:
        """`total` files will come through `take`."""
        self.total, self.dry_run = total, dry_run
        self.places: list[Place] = []
        self.at = 0
        self._tree = tree
        self._files: list[_Open] = []
        self._history: list[tuple[Place, Answer | None]] = []
        self._state = git_dir(tree.root) / _STATE
        self._skipped = _read_state(self._state)
        self._moved = False

    def take(self, news: News) -> None:
        """Learn of a file, or of the decisions for its conflicts."""
        if news.number == len(self._files):
            self._files.append(_Open(news.file))
            count = len(news.file.conflicts)
            self.places += [Place(news.number, position) for position in range(count)]
        mine = self._files[news.number]
        here = self.current
        if mine.judged and here is not None and here.file == news.number:
            return  # judged again, with the others: what a person looks at keeps its order
        mine.file = mine.file._replace(decisions=news.file.decisions)
        mine.judged = news.judged
        self._resume()

    def _resume(self) -> None:
        """Go to the first conflict that was not passed over last time, until a key is pressed."""
        if self._moved:
            return
        while self.at < len(self.places) and self.skipped(self.places[self.at]):
            self.at += 1
        if self.at == len(self.places) and self.complete and self.judged == self.total:
            self.at = 0  # all were: ask again

    @property
    def complete(self) -> bool:
        """Whether every file has been read."""
        return len(self._files) == self.total

    @property
    def judged(self) -> int:
        """How many files have their decisions."""
        return sum(mine.judged for mine in self._files)

    @property
    def current(self) -> Place | None:
        """The conflict to be asked about, `None` past the last one known."""
        return self.places[self.at] if self.at < len(self.places) else None

    def file(self, place: Place) -> ConflictedFile:
        """The file a conflict is in."""
        return self._files[place.file].file

    def conflict(self, place: Place) -> Conflict:
        """The conflict itself."""
        return self.file(place).conflicts[place.position]

    def decision(self, place: Place) -> Decision | None:
        """What the judge says of it, `None` until it has spoken."""
        decisions = self.file(place).decisions
        return decisions[place.position] if decisions else None

    def answer_to(self, place: Place) -> Answer | None:
        """What was answered."""
        return self._files[place.file].answers[place.position]

    def skipped(self, place: Place) -> bool:
        """Whether it was passed over, now or the last time."""
        return self.answer_to(place) is None and self._key(place) in self._skipped

    def around(self, place: Place) -> tuple[bytes, bytes]:
        """The settled text before and after a conflict, empty where another one is beside it."""
        regions = self.file(place).regions
        chunks = regions.merged.chunks if regions else ()
        open_at = [at for at, chunk in enumerate(chunks) if isinstance(chunk, Conflict)]
        where = open_at[place.position]
        before = chunks[where - 1] if where else b""
        after = chunks[where + 1] if where + 1 < len(chunks) else b""
        return (before if isinstance(before, bytes) else b"",
                after if isinstance(after, bytes) else b"")

    def line(self, place: Place) -> int:
        """The line that a conflict began in, in the file as it was read."""
        regions = self.file(place).regions
        return regions.lines()[place.position] if regions else 1

    def broken(self, place: Place) -> tuple[Broken, ...]:
        """What the answers break in a conflict's file; nothing while one is wanting."""
        mine = self._files[place.file]
        return look_over(self._tree, mine.file, mine.texts)

    @property
    def settled(self) -> int:
        """How many conflicts were answered."""
        return sum(answer is not None for mine in self._files for answer in mine.answers)

    def answer(self, answer: Answer) -> None:
        """Settle the current conflict and go on.

        Raises `UsageError` when the file changed on disk, `InputError` when it cannot be
        written; the conflict is then as it was.
        """
        place = self.places[self.at]
        before = self.answer_to(place)
        self._put(place, answer)
        self._history.append((place, before))
        self._skipped.discard(self._key(place))
        self.go(1)

    def skip(self) -> None:
        """Leave the current conflict as it is and go on."""
        place = self.places[self.at]
        if self.answer_to(place) is None:
            self._skipped.add(self._key(place))
        self.go(1)

    def go(self, steps: int) -> None:
        """Move on or back, at most to the end of what is known."""
        self._moved = True
        self.at = min(max(self.at + steps, 0), len(self.places))

    def undo(self) -> bool:
        """Take the last answer back and go to its conflict; `False` where there is none.

        Raises as `answer` does.
        """
        if not self._history:
            return False
        place, before = self._history[-1]
        self._put(place, before)
        self._history.pop()
        self._moved = True
        self.at = self.places.index(place)
        return True

    def _put(self, place: Place, answer: Answer | None) -> None:
        mine = self._files[place.file]
        old = mine.answers[place.position]
        mine.answers[place.position] = answer
        if self.dry_run or mine.file.regions is None:
            return
        new = mine.file.regions.text(mine.texts)
        try:
            if not mine.kept_old:
                mine.backup = self._tree.keep_old(mine.file)
                mine.kept_old = True
            self._tree.write(mine.file, mine.texts, mine.standing)
            mine.standing = new
        except BaseException:  # Ctrl-C may come before or after the file was replaced
            if self._tree.text_of(mine.file.path) == new:
                mine.standing = new
            else:
                mine.answers[place.position] = old
            raise

    def finish(self, *, stage: bool = False) -> list[Outcome]:
        """Record what was put, `stage` whole files, remember where the person stopped.

        Raises `GitError` when git cannot stage a file.
        """
        self._write_state()
        return [self._outcome(mine, stage=stage) for mine in self._files]

    def _outcome(self, mine: _Open, *, stage: bool) -> Outcome:
        file, texts = mine.file, mine.texts
        settled = tuple(text is not None for text in texts)
        broken = look_over(self._tree, file, texts)
        if file.regions is None or self.dry_run or not any(settled):
            return untouched(file)._replace(settled=settled, backup=mine.backup, broken=broken)
        record = self._tree.record(file, texts, looked_at=True)
        staged = stage and all(settled)
        if staged:
            self._tree.stage(file)
        return Outcome(file, settled, mine.backup, staged, record, broken)

    def _key(self, place: Place) -> str:
        """A name for a conflict that stays the same in the next session."""
        conflict = self.conflict(place)
        digest = blake2b(self.file(place).path, digest_size=12)
        for text in (conflict.ours, conflict.base or b"", conflict.theirs):
            digest.update(b"%d\0" % len(text) + text)
        return digest.hexdigest()

    def _write_state(self) -> None:
        """Remember what was passed over; what cannot be remembered is asked again."""
        if self.dry_run:
            return
        keys = {self._key(place): self.answer_to(place) for place in self.places}
        left = [key for key in sorted(self._skipped)
                if keys.get(key) is None and (key in keys or not self.complete)]
        try:
            if left:
                self._state.parent.mkdir(exist_ok=True)
                state = {"schema": _SCHEMA, "skipped": left}
                files.write_atomic(self._state, json.dumps(state).encode() + b"\n")
            else:
                self._state.unlink(missing_ok=True)
        except (OSError, InputError):
            pass


def _read_state(path: Path) -> set[str]:
    try:
        state = json.loads(path.read_bytes())
        skipped: Sequence[str] = state["skipped"] if state["schema"] == _SCHEMA else ()
        return {key for key in skipped if isinstance(key, str)}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
