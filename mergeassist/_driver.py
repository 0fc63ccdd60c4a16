"""The process git starts for a path changed on both sides, when git's own merge is not enough.

    mergeassist-driver %O %A %B %L %P [%S %X %Y]

The line that `mergeassist install` writes (`git/driver_line.py`) has put a marked text into
`%A` and a copy of ours into `%A.ours` before this starts, so that this process may die at any
point.  It first replaces that text by exactly what git itself would leave (`git/textmerge.py`),
then looks for something better.  Started from a plain line, without `%A.ours`, it does the same.

Exit codes: 0 the file is merged, 1 a conflict is left, 2 wrong arguments; git takes everything
but 0 for a conflict.  Standard library only; heavier code is loaded by name once a real
conflict is there.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, NoReturn

from mergeassist.core.chunks import MergedFile
from mergeassist.core.markers import Labels
from mergeassist.core.merge import Merge
from mergeassist.git import textmerge

OK, CONFLICT, USAGE = 0, 1, 2

_SYNOPSIS = "usage: mergeassist-driver BASE OURS THEIRS MARKER-SIZE PATH [BASE OURS THEIRS labels]"
_SETTINGS = r"^(merge\.conflictstyle|diff\.algorithm|mergeassist\.(timeout|worker))$"
_FALSE = ("false", "no", "off", "0", "")
_DEFAULT_SECONDS = 10.0
_BINARY_WINDOW = 8000  # git looks for a NUL no further (`buffer_is_binary`)
_MOST_TEXT = 1023 << 20  # git merges no larger file by lines (`MAX_XDIFF_SIZE`)
_NOTHING = "nothing is accepted"
_LAST_RESORT = b"""%b ours
mergeassist could not write the merge of this file (%b); bring both sides back with
    git checkout --merge -- %b
%b
%b theirs
"""


class TimeUp(BaseException):
    """The time budget is spent; not an `Exception`, so that no proposer swallows it."""


class Job(NamedTuple):
    """What git asks for: the files of the three versions, where the result goes, and its name."""

    base: str
    ours: str
    theirs: str
    result: str
    size: int
    path: str
    labels: Labels | None
    guarded: bool

    @property
    def folder(self) -> str:
        """Scratch space beside the result; the installed line removes it after a kill."""
        return self.result + ".d"


class Settings(NamedTuple):
    """What the user's git configuration says."""

    style: str = "merge"
    algorithm: str = ""
    seconds: float = _DEFAULT_SECONDS
    worker: bool = True


def main(arguments: list[str] | None = None) -> int:
    """Merge one path; whatever happens, `%A` ends as a complete result or with both sides."""
    try:
        job = _job(sys.argv[1:] if arguments is None else arguments)
    except ValueError:
        print(_SYNOPSIS, file=sys.stderr)
        return USAGE
    driver = _Driver(job)
    try:
        with _scratch(job.folder):
            code = driver.run()
        if code == OK:
            _sign_off(job)
    except BaseException as error:  # SystemExit of a library must not pass for a clean merge
        if os.environ.get("MERGEASSIST_DEBUG") == "1":
            importlib.import_module("traceback").print_exc()
        driver.give_up(error)
        return CONFLICT
    driver.leave_worker()
    return code


def _job(arguments: list[str]) -> Job:
    base, result, theirs, size, path, *labels = arguments
    copy = result + ".ours"
    guarded = os.path.exists(copy)
    named: Labels | None = None
    # git before 2.44 passes the letters themselves
    if len(labels) == len(Labels._fields) and labels[0] != "%S":
        of_base, of_ours, of_theirs = map(os.fsencode, labels)
        named = Labels(of_ours, of_base, of_theirs)
    return Job(base, copy if guarded else result, theirs, result, int(size), path, named, guarded)


class _Driver:
    def __init__(self, job: Job) -> None:
        self.job = job
        self.both_sides_stand = job.guarded
        self.worker: Any = None

    def run(self) -> int:
        """Merge; raises whatever goes wrong."""
        if self._is_binary():
            return self._merge_binary()
        job = self.job
        sides = Merge(*map(textmerge.read, (job.base, job.ours, job.theirs)))
        pointers = textmerge.are_pointers(sides)
        if pointers and self._merge_checkpoint() == OK:
            return OK
        return self._merge_text(sides, left_to_git=pointers)

    def give_up(self, error: BaseException) -> None:
        """Say why, and make sure that `%A` does not hold one side alone."""
        job = self.job
        cause = f"{type(error).__name__}: {error}".rstrip(": ")
        if isinstance(error, TimeUp):
            cause = "time is up (git config mergeassist.timeout)"
        if not self.both_sides_stand:
            path = os.fsencode(job.path)
            opening, middle, closing = (char * job.size for char in (b"<", b"=", b">"))
            reason = type(error).__name__.encode()
            _overwrite(job.result, _LAST_RESORT % (opening, reason, path, middle, closing))
        _say(f"{job.path}: left as a conflict: {cause}")

    def leave_worker(self) -> None:
        """Leave the judge, if it was loaded, to the next file; the merge is done by now."""
        if self.worker is not None:
            try:
                self.worker.leave_behind()
            except BaseException:  # nothing may change the exit code any more
                pass

    def _is_binary(self) -> bool:
        for name in (self.job.base, self.job.ours, self.job.theirs):
            with open(name, "rb") as file:
                head = file.read(_BINARY_WINDOW)
            if b"\0" in head or os.path.getsize(name) > _MOST_TEXT:
                return True
        return False

    def _merge_binary(self) -> int:
        self.both_sides_stand = True  # git keeps ours alone of a binary file, and so do we
        code = self._merge_checkpoint() if os.environ.get("MERGEASSIST") != "0" else None
        favoured = _favoured() if code is None else ""
        if favoured:
            self._put(textmerge.read(getattr(self.job, favoured)))
            return OK
        if code is None:
            print(f"warning: Cannot merge binary files: {self.job.path}", file=sys.stderr)
            return CONFLICT
        return code

    def _merge_checkpoint(self) -> int | None:
        """Hand weights, and LFS pointers to them, to `params`; `None` for anything else."""
        job = self.job
        if os.environ.get("MERGEASSIST") == "0":
            return None
        try:
            params = importlib.import_module("mergeassist.params.driver")
        except ModuleNotFoundError as error:
            if error.name != "mergeassist.params.driver":
                raise
            return None
        code: int | None = params.merge_checkpoint(
            job.base, job.ours, job.theirs, job.path, job.size
        )
        if code == OK and job.ours != job.result:
            os.replace(job.ours, job.result)
        return code

    def _merge_text(self, sides: Merge[bytes], *, left_to_git: bool) -> int:
        job, settings = self.job, _settings()
        with _time_budget(settings.seconds):
            request = textmerge.Request(
                sides, job.size, self._labels(settings.style), job.folder,
                textmerge.algorithm_of(job.labels, settings.algorithm),
            )
            replayed = any(textmerge.has_marker_lines(text, job.size) for text in sides)
            if replayed and job.labels is None and textmerge.is_rerere(sides, job.size):
                answers = textmerge.merge_file(request, (settings.style, "diff3"))
            else:
                answers = textmerge.merge(request, (settings.style, "diff3"))
            mine = answers[settings.style]
            self._put(mine.text)
            if mine.clean:
                return OK
            if replayed:
                return CONFLICT
            favoured = _favoured()
            if favoured:  # as git's own merge of texts does it, in the user's style
                self._put(textmerge.parsed(request, settings.style, mine.text).side(favoured))
                return OK
            if left_to_git or os.environ.get("MERGEASSIST") == "0":
                return CONFLICT
            merged = textmerge.parsed(request, "diff3", answers["diff3"].text)
            return self._resolve(self._decide(sides, merged, settings), settings.style, request)

    def _labels(self, style: str) -> Labels:
        if self.job.labels is not None:
            return self.job.labels
        labels: Labels = importlib.import_module("mergeassist.git.labels").recover(style)
        return labels

    def _decide(self, sides: Merge[bytes], merged: MergedFile, settings: Settings) -> Any:
        """What is decided on and the decisions, by the worker or here (`_worker.Answer`)."""
        if not merged.conflicts:  # diff3 can be clean where the user's style is not
            return None
        importlib.import_module("mergeassist.git.caller").tell(self.job.labels)
        worker = importlib.import_module("mergeassist._worker").Worker(settings.seconds)
        if settings.worker:
            answer = worker.ask(self.job.path, sides, merged)
            if answer is not None:
                return answer
            self.worker = worker
        app = importlib.import_module("mergeassist.app.for_driver")
        return app.decide_path(self.job.path, sides, merged, worker.seconds_left())

    def _resolve(self, answer: Any, style: str, request: textmerge.Request) -> int:
        """Settle the conflicts that the policy accepts, and print the rest as git would."""
        if answer is None:
            return CONFLICT
        merged, decisions, _ = answer
        count = len(merged.conflicts)
        texts = [decision.text for decision in decisions]
        if len(texts) != count:
            raise ValueError(f"{len(texts)} decisions for {count} conflicts")
        _check_accepted(merged, texts, request.size)
        settled = merged.replace(lambda index, _: texts[index])
        left = len(settled.conflicts)
        kept = ""
        if left < count:
            text = settled.settled()
            if text is None:
                text = textmerge.merge_open(settled, style, request)
            elif textmerge.has_marker_lines(text, request.size):
                raise ValueError("the resolved text holds conflict markers")
            kept = self._record(answer, text, style, request)
            self._put(text)
        line = _summary(self.job.path, count, left, kept) + _sum(self.job.path, count, left)
        _say(f"{line} ({decisions[0].reason})" if _accepts_nothing(decisions) else line)
        return CONFLICT if left else OK

    def _record(self, answer: Any, text: bytes, style: str, request: textmerge.Request) -> str:
        """Keep what is about to be put, for `review` and `undo`; the id, or empty.

        Before `_put`: what stops it then leaves git's conflict, not a text that git distrusts.
        """
        try:
            records = importlib.import_module("mergeassist.app.records")
            merged, decisions, model = answer
            texts = records.Texts(merged, textmerge.read(self.job.result), text)
            look = records.Look(style, request.size, request.labels, request.algorithm)
            kept: str = records.of_driver(
                self.job.path, request.sides, texts, decisions, look, model
            )
            return kept
        except Exception:  # a merge is worth more than its record
            return ""

    def _put(self, text: bytes) -> None:
        """Replace `%A` in one step; raises `OSError` and leaves it as it was."""
        new = os.path.join(self.job.folder, "result")
        with open(new, "wb") as file:
            file.write(text)
        os.chmod(new, os.stat(self.job.result).st_mode & 0o7777)
        os.replace(new, self.job.result)
        self.both_sides_stand = True


def _favoured() -> str:
    """The side that git was told to take in conflicts (`-X`); empty where it was not."""
    found: str = importlib.import_module("mergeassist.git.caller").favoured()
    return found


def _check_accepted(merged: MergedFile, texts: list[bytes | None], size: int) -> None:
    """Raise `ValueError` for accepted texts that no honest proposal can hold."""
    for conflict, text in zip(merged.conflicts, texts, strict=True):
        if not text:
            continue
        if textmerge.has_marker_lines(text, size):
            raise ValueError("an accepted text holds conflict markers")
        if not text.endswith(b"\n") and conflict is not merged.chunks[-1]:
            raise ValueError("an accepted text runs into the next line")


def _settings() -> Settings:
    """The user's configuration in one process; `-c` arrives in the environment."""
    words = ["git", "config", "-z", "--get-regexp", _SETTINGS]
    output, _ = textmerge.finish(textmerge.spawn(words, os.environ))
    values = dict(entry.partition("\n")[::2] for entry in os.fsdecode(output).split("\0"))
    style = values.get("merge.conflictstyle", "merge")
    configured = values.get("mergeassist.timeout", _DEFAULT_SECONDS)
    worker = os.environ.get("MERGEASSIST_WORKER", values.get("mergeassist.worker", "true"))
    try:
        seconds = float(os.environ.get("MERGEASSIST_TIMEOUT", configured))
    except ValueError:
        seconds = _DEFAULT_SECONDS
    return Settings(
        style if style in ("diff3", "zdiff3") else "merge",
        values.get("diff.algorithm", ""),
        seconds if seconds > 0 else _DEFAULT_SECONDS,
        worker.lower() not in _FALSE,
    )


def _summary(path: str, count: int, left: int, kept: str) -> str:
    line = f"{path}: resolved {count - left} of {count}"
    if left < count and not kept and os.environ.get("MERGEASSIST_RECORDS") != "0":
        line += " (not on record: `mergeassist undo` cannot take it back)"
    hints = [f"`mergeassist review {kept}`"] if kept else []
    hints += ["`mergeassist resolve`"] if left else []
    return f"{line}; see {' and '.join(hints)}" if hints else line


def _sum(path: str, count: int, left: int) -> str:
    """The sum over this merge's files so far, from the second on: the last line says it all."""
    try:
        tally = importlib.import_module("mergeassist.app.records.tally").add(
            path, count, count - left)
    except Exception:  # a merge is worth more than its sum
        return ""
    return f"; in all {tally}" if tally.files > 1 else ""


def _accepts_nothing(decisions: Any) -> bool:
    """Whether the policy could accept nothing at all (`app/decide.py`): the user should know."""
    return all(decision.reason.startswith(_NOTHING) for decision in decisions)


def _sign_off(job: Job) -> None:
    """Take away what the installed line has put beside `%A`: it believes no bare exit 0."""
    for name in (job.result + ".ours", job.result + ".new"):
        if os.path.exists(name):
            os.unlink(name)


@contextmanager
def _scratch(folder: str) -> Iterator[None]:
    """An empty folder for the time of the merge."""
    _remove(folder)
    os.mkdir(folder, 0o700)
    try:
        yield
    finally:
        _remove(folder)


def _remove(folder: str) -> None:
    for root, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(root, name))
        for name in folders:
            os.rmdir(os.path.join(root, name))
    if os.path.isdir(folder):
        os.rmdir(folder)


@contextmanager
def _time_budget(seconds: float) -> Iterator[None]:
    """Raise `TimeUp` in the body when the time is spent."""

    def stop(_number: int, _frame: Any) -> NoReturn:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _overwrite(path: str, text: bytes) -> None:
    """Write into the blocks a file already has: on a full disk there are no others."""
    with open(path, "r+b") as file:
        file.write(text)
        file.truncate()


def _say(line: str) -> None:
    """One line for the user, with nothing in it that drives a terminal; never a reason to fail."""
    words = " ".join(line.split())
    try:
        shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in words)
        print(f"mergeassist: {shown}", file=sys.stderr)
    except (OSError, UnicodeError):  # at exit Python would try again, and exit with 120
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - from now on


if __name__ == "__main__":
    sys.exit(main())
