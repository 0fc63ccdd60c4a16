"""All conflicted files of a work tree, read and judged in one process beside this one.

A person can answer the first conflict while the rest is judged: the model is loaded once, there,
and neither its work nor git's keeps the keyboard waiting.  When all files are, equal conflicts get
one judgement (`app/cohort`), and the files that changes are told again.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import NamedTuple

from mergeassist.app import cohort
from mergeassist.app.decide import threshold_in_force, with_language
from mergeassist.app.guards import withdraw_what_breaks
from mergeassist.app.resolve_tree import ConflictedFile, Opened, WorkTree, left_without_base
from mergeassist.core.outcome import Decision
from mergeassist.errors import Exit, InternalError, MergeassistError, UsageError
from mergeassist.propose.context import Context

_DIED = "the process that judges the conflicts died (out of memory, or killed)"


class Wanted(NamedTuple):
    """What is to be judged: a work tree, paths in it, and the options of `WorkTree.read`."""

    start: Path
    paths: tuple[str, ...] = ()
    force: bool = False
    min_probability: float | None = None


class News(NamedTuple):
    """One file, the `number`-th of all; first without decisions, then with them."""

    number: int
    file: ConflictedFile
    judged: bool


class _Failure(NamedTuple):
    message: str
    code: int


class Judging:
    """The process, and what it has said."""

    def __init__(self, wanted: Wanted) -> None:
        context = get_context("spawn")
        self._end, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(there, wanted), daemon=True)
        self._process.start()
        there.close()
        self.done = False

    @property
    def source(self) -> Connection:
        """What to wait for; ready where `news` has something to say."""
        return self._end

    def news(self, seconds: float | None = 0.0) -> Iterator[News]:
        """What is known by now; waits up to `seconds` for the first (`None`: as long as it takes).

        Raises the error that stopped the other process.
        """
        while not self.done and wait([self._end], seconds):
            seconds = 0.0
            try:
                said = self._end.recv()
            except (EOFError, ConnectionError) as error:
                self.done = True
                raise InternalError(_DIED) from error
            if said is None:
                self.done = True
            elif isinstance(said, _Failure):
                self.done = True
                raise _as_error(said)
            else:
                yield said

    def close(self) -> None:
        """End the process; nothing of the work tree is in its hands."""
        self.done = True
        self._process.terminate()
        self._process.join()
        self._end.close()


def _as_error(failure: _Failure) -> MergeassistError:
    kind = UsageError if failure.code == Exit.USAGE else InternalError
    return kind(failure.message)


def _work(connection: Connection, wanted: Wanted) -> None:
    # Ctrl-C reaches every process of the group: the parent alone answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # not at the top: the process that asks would pay for it
    from mergeassist.app.learn import catch_up

    catch_up(wanted.start)
    try:
        for news in judge(wanted):
            connection.send(news)
        connection.send(None)
    except MergeassistError as error:
        connection.send(_Failure(str(error), error.exit_code))
    except BrokenPipeError:  # nobody listens any more
        pass
    except Exception as error:
        connection.send(_Failure(f"{type(error).__name__}: {error}", Exit.INTERNAL))


def judge(wanted: Wanted) -> Iterator[News]:
    """Read and judge one file after the other, then all together.  Raises as `WorkTree` does."""
    tree = WorkTree(wanted.start)
    entries = tree.select(wanted.paths, wanted.start)
    done: list[Opened] = []
    for number, entry in enumerate(entries):
        opened = tree.open(entry, force=wanted.force)
        judged = opened.file.regions is None
        yield News(number, opened.file, judged)
        if not judged:
            opened = opened._replace(file=tree.judge(opened, wanted.min_probability))
            yield News(number, opened.file, judged=True)
        done.append(opened)
    for number, file in enumerate(together(tree, done, wanted.min_probability)):
        if file is not done[number].file:
            yield News(number, file, judged=True)


def together(
    tree: WorkTree, judged: Sequence[Opened], min_probability: float | None
) -> list[ConflictedFile]:
    """The files, each judged alone, with one judgement for equal conflicts of all."""
    alone = [opened.file for opened in judged]
    groups = cohort.groups_of(file.decisions for file in alone)
    if not groups:
        return alone
    threshold = threshold_in_force(min_probability)
    joint = [cohort.joined(file.decisions, groups, threshold) for file in alone]
    return [
        opened.file if decisions == opened.file.decisions else _checked(tree, opened, decisions)
        for opened, decisions in zip(judged, joint, strict=True)
    ]


def _checked(
    tree: WorkTree, opened: Opened, decisions: tuple[Decision, ...]
) -> ConflictedFile:
    """The file with other decisions, what they newly accept examined like anything accepted."""
    file, versions = opened
    if file.regions is None or versions is None:
        return file
    context = with_language(Context(file.name, "", *versions), tree.root)
    safe = withdraw_what_breaks(file.regions.merged, left_without_base(decisions), context)
    return file._replace(decisions=safe)
