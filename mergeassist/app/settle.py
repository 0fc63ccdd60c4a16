"""Settle the conflicts of a file by a rule, ask nothing: what scripts do with `resolve`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mergeassist.app import batch
from mergeassist.app.look_over import look_over
from mergeassist.app.resolve_tree import NOT_JUDGED, ConflictedFile, WorkTree, brings_markers
from mergeassist.core import markers
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision
from mergeassist.errors import UsageError

if TYPE_CHECKING:
    from mergeassist.app.check_merged import Broken

SCHEMA = "mergeassist.resolve/1"
SIDES = Merge._fields

Chooser = Callable[[ConflictedFile], Sequence[bytes | None]]
"""Says for each conflict of a file the text that settles it, or `None`."""


class Outcome(NamedTuple):
    """What became of one path in this run."""

    file: ConflictedFile
    settled: tuple[bool, ...] = ()
    backup: Path | None = None
    staged: bool = False
    record: str = ""
    broken: tuple[Broken, ...] = ()  # suspicions, where the last conflict was settled

    @property
    def status(self) -> str:
        """`resolved`, `conflict` (some are open) or `not-touched` (see the file's reason)."""
        if self.file.regions is None:
            return "not-touched"
        return "resolved" if all(self.settled) else "conflict"


def untouched(file: ConflictedFile) -> Outcome:
    """The outcome of looking only."""
    return Outcome(file, (False,) * len(file.conflicts))


def apply(
    tree: WorkTree,
    file: ConflictedFile,
    choose: Chooser,
    *,
    dry_run: bool = False,
    stage: bool = False,
    looked_at: bool = True,
) -> Outcome:
    """Settle what `choose` settles, keeping the old text as `.orig`; `stage` a whole file.

    `looked_at`: a person has chosen, and need not review it.  Raises `InputError` when the file
    cannot be written, `UsageError` when it changed while the choice was made.
    """
    if file.regions is None:
        return Outcome(file)
    texts = choose(file)
    settled = tuple(text is not None for text in texts)
    broken = look_over(tree, file, texts)
    if dry_run or not (any(settled) or file.rebuilt):
        return Outcome(file, settled, broken=broken)
    if tree.text_of(file.path) != file.work:
        raise UsageError(f"{file.name}: changed on disk in the meantime; run resolve again")
    backup = tree.keep_old(file)
    tree.write(file, texts, file.work)
    record = tree.record(file, texts, looked_at=looked_at)
    staged = stage and all(settled)
    if staged:
        tree.stage(file)
    return Outcome(file, settled, backup, staged, record, broken)


def accept(choice: str) -> Chooser:
    """A chooser that takes `ours`, `theirs`, `both`, `base` or the N-th proposal everywhere.

    Raises `UsageError` for anything else.
    """
    named = (*SIDES, "both")
    if choice not in named and not (choice.isdecimal() and int(choice) > 0):
        raise UsageError("--accept takes ours, theirs, both, base or a number from 1, "
                         f"not {choice!r}")

    def one(decision: Decision) -> bytes | None:
        if choice in named:
            return side(decision, choice)
        number = int(choice) - 1
        return decision.proposals[number].text if number < len(decision.proposals) else None

    return lambda file: [one(decision) for decision in file.decisions]


def accept_sure(file: ConflictedFile) -> Sequence[bytes | None]:
    """The chooser of `--yes`: what the policy accepts."""
    return [decision.text for decision in file.decisions]


def put(text: bytes) -> Chooser:
    """A chooser that puts one text everywhere; raises `UsageError` for one that holds markers."""
    if markers.has_markers(text):
        raise UsageError("--text: it holds conflict markers")
    return lambda file: [text] * len(file.decisions)


def only(numbers: Collection[int], choose: Chooser) -> Chooser:
    """`choose`, for these conflicts of the file alone (from 1, as `--list` counts them).

    The chooser raises `UsageError` for a number that the file does not have.
    """

    def chosen(file: ConflictedFile) -> Sequence[bytes | None]:
        most = len(file.conflicts)
        if wrong := [number for number in numbers if not 1 <= number <= most]:
            raise UsageError(f"{file.name}: has no open conflict {min(wrong)}, only 1 to {most}")
        return [text if number in numbers else None
                for number, text in enumerate(choose(file), 1)]

    return chosen


def side(decision: Decision, name: str) -> bytes | None:
    """The text of `ours`, `theirs`, `both`, or `base`.

    `None` for a base that nobody knows, or that holds conflicts of its own.
    """
    conflict = decision.conflict
    if name == "both":
        return both(conflict.ours, conflict.theirs)
    text: bytes | None = getattr(conflict, name)
    return None if text is not None and brings_markers(conflict, text) else text


def both(ours: bytes, theirs: bytes) -> bytes:
    """Ours, then theirs, each on lines of its own."""
    if ours and theirs and not ours.endswith(b"\n"):
        return ours + (b"\r\n" if b"\r\n" in ours + theirs else b"\n") + theirs
    return ours + theirs


def file_record(outcome: Outcome) -> dict[str, Any]:
    """One path of `resolve --json`."""
    file = outcome.file
    lines = file.regions.lines() if file.regions else []
    settled = outcome.settled or (False,) * len(lines)
    decisions = file.decisions or tuple(
        Decision(conflict, (), False, NOT_JUDGED) for conflict in file.conflicts
    )
    return {
        "path": file.name,
        "kind": file.kind,
        "status": outcome.status,
        "reason": file.reason or None,
        "staged": outcome.staged,
        "backup": str(outcome.backup) if outcome.backup else None,
        "record": outcome.record or None,
        "warnings": [{"line": one.line, "text": one.text} for one in outcome.broken],
        "conflicts": [
            {"number": number, "line": line, "settled": done, "reason": decision.reason,
             **batch.conflict_record(decision)}
            for number, (line, done, decision)
            in enumerate(zip(lines, settled, decisions, strict=True), 1)
        ],
    }
