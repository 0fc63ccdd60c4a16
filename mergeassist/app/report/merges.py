"""The pages of a merge: what was put on record, what a merge would do, a pull request."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from mergeassist import __version__
from mergeassist.app.ci import Item
from mergeassist.app.ci import Report as PullRequest
from mergeassist.app.preview import File, Preview
from mergeassist.app.records import Hunk, Record
from mergeassist.app.report import conflicts
from mergeassist.app.report.conflicts import Entry, Status
from mergeassist.app.report.template import Table, count, document, safe, table
from mergeassist.app.resolve_tree import ConflictedFile
from mergeassist.app.review import Chosen, state
from mergeassist.core import markers
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.outcome import Decision

_STATES = {"undone": conflicts.UNDONE, "reviewed": conflicts.REVIEWED,
           "not reviewed": conflicts.TO_REVIEW}  # fmt: skip
_WOULD = Status("would be resolved", "good")
_WOULD_NOT = Status("would be left", "bad")
_OPEN = Status("conflict", "bad")
_MOST_NAMES = 3
_PROPOSED = "likeliest proposal"


def of_review(
    chosen: Sequence[Chosen], repository: str, still_open: Sequence[ConflictedFile] = ()
) -> str:
    """The page of records, and of the conflicts that are open in the work tree.

    A record that is shown whole also shows the conflicts of its file that were left, unless
    the file is still open.
    """
    now = {file.name for file in still_open}
    merges = list(dict.fromkeys(one.record.operation for one in chosen))
    chosen = sorted(chosen, key=lambda one: (merges.index(one.record.operation), one.record.path))
    entries = [entry for one in chosen for entry in _of_record(one, one.record.path in now)]
    entries += [entry for file in still_open for entry in _of_open(file)]
    notes = ["mergeassist resolve goes through what is left."] if still_open else []
    rows = [
        (record.path, record.operation.name or record.by, _when(record.time),
         (record.operation.other or "")[:12], str(len(record.hunks)))
        for record, _ in chosen[:200]
    ]  # fmt: skip
    head = ("file", "operation", "when", "merged", "put")
    return _page(f"mergeassist review: {repository}", notes, entries, Table(head, rows))


def of_preview(found: Preview) -> str:
    """What merging would do."""
    title = f"mergeassist preview: {found.theirs.name} into {found.ours.name}"
    notes = []
    if found.kind != "merge":
        words = {"up-to-date": "There is nothing to merge.",
                 "fast-forward": "The branch would be moved forward."}  # fmt: skip
        notes = [words[found.kind]]
    entries = [entry for file in found.files for entry in _of_file(file)]
    rows = [(tip.name, tip.commit) for tip in (found.ours, found.theirs)]
    return _page(title, notes, entries, Table(("", "commit"), rows))


def of_pull_request(report: PullRequest) -> str:
    """What `mergeassist ci` found."""
    title = f"mergeassist ci: {report.target[:12]} into {report.head[:12]}"
    rows = [("head", report.head), ("target", report.target), ("tree of the merge", report.tree)]
    if report.pushed:
        rows.append(("pushed as", report.pushed))
    notes = [] if report.items else ["It merges without conflicts."]
    entries = [_of_item(item) for item in report.items]
    return _page(title, notes, entries, Table(("verdict", report.verdict), rows))


def _page(title: str, notes: Sequence[str], entries: Sequence[Entry], facts: Table) -> str:
    files = len({entry.path for entry in entries})
    body = [
        f"<header><h1>{safe(title)}</h1>",
        f'<p class="dim">{count(len(entries), "conflict")} in {count(files, "file")} · '
        f"written {_when(time.time())} by mergeassist {safe(__version__)}</p>",
        conflicts.tally(entries),
        *(f'<p class="note">{safe(note)}</p>' for note in notes),
        f"<details><summary>details</summary>{table(facts)}</details>" if facts.rows else "",
        conflicts.LEGEND if entries else "",
        "</header>",
        *conflicts.section(entries),
    ]
    return document(title, body)


def _of_record(chosen: Chosen, open_now: bool) -> Iterator[Entry]:
    record, numbers = chosen
    whole = len(numbers) == len(record.hunks) and record.texts is not None
    if open_now or not whole:
        for number in numbers:
            yield _of_hunk(record, number, record.hunks[number - 1])
        return
    places = {hunk.position: number for number, hunk in enumerate(record.hunks, 1)}
    for position, (conflict, line) in enumerate(_lines(record)):
        number = places.get(position, 0)
        if number:
            yield _of_hunk(record, number, record.hunks[number - 1])
        else:
            yield Entry(
                record.path,
                f":{line}",
                conflicts.WAS_LEFT,
                None,
                "left as git's conflict when this file was merged, and settled since",
                conflict,
            )


def _of_hunk(record: Record, number: int, hunk: Hunk) -> Entry:
    name = f"{record.id}:{number}"
    sources = _named((hunk.source, *hunk.also))
    why = (f"{name}: put by {record.by} during {record.operation.name or 'a merge'} "
           f"on {_when(record.time)}; printed by {sources}"
           + (f"; judge {record.model}" if record.model else ""))  # fmt: skip
    status = _STATES[state(hunk)]
    commands = {
        conflicts.TO_REVIEW: (f"mergeassist review --mark {name}", f"mergeassist undo {name}"),
        conflicts.REVIEWED: (f"mergeassist undo {name}",),
    }
    return Entry(record.path, f":{hunk.line}", status, hunk.probability, why,
                 hunk.conflict, (("put in its place", hunk.put),),
                 commands=commands.get(status, ()))  # fmt: skip


def _lines(record: Record) -> Iterator[tuple[Conflict, int]]:
    """Each conflict of the file and the line it, or what was put there, began at."""
    assert record.texts is not None
    puts = {hunk.position: hunk.put for hunk in record.hunks}
    line, position, look = 1, 0, record.look
    for chunk in record.texts.merged.chunks:
        if isinstance(chunk, bytes):
            line += chunk.count(b"\n")
            continue
        yield chunk, line
        put = puts.get(position)
        if put is None:
            put = markers.render(MergedFile((chunk,)), look.style, look.size, look.labels)
        line += put.count(b"\n")
        position += 1


def _of_open(file: ConflictedFile) -> Iterator[Entry]:
    """The conflicts of an unmerged path, with what the judge thinks likeliest."""
    if file.regions is None or not file.decisions:
        yield Entry(file.name, "", conflicts.LEFT, None, file.reason or file.kind)
        return
    for line, decision in zip(file.regions.lines(), file.decisions, strict=True):
        yield of_decision(file.name, f":{line}", decision, conflicts.LEFT, _PROPOSED)


def _of_file(file: File) -> Iterator[Entry]:
    if not file.decisions:
        status = _WOULD if file.status == "resolved" else _WOULD_NOT
        yield Entry(file.path, "", status, None, file.reason)
    for number, decision in enumerate(file.decisions, 1):
        yield of_decision(file.path, f", conflict {number}", decision,
                          _WOULD if decision.accepted else _WOULD_NOT)  # fmt: skip


def of_decision(path: str, place: str, decision: Decision, status: Status, name: str = "") -> Entry:
    """An entry from what the pipeline says of a conflict."""
    best, *others = decision.proposals or (None,)
    if best is None:
        return Entry(path, place, status, None, "nothing to propose", decision.conflict)
    name = name or ("would be put" if decision.accepted else _PROPOSED)
    why = f"{decision.reason}; printed by {_named(best.sources)}"
    return Entry(path, place, status, best.probability, why, decision.conflict,
                 ((name, best.text),), tuple(each for each in others if each))  # fmt: skip


def _of_item(item: Item) -> Entry:
    place = f":{item.line}" if item.line else ""
    if not item.resolved:
        return Entry(item.path, place, _OPEN, None, f"conflict ({item.kind})", item.conflict)
    put = (("put in its place", item.put),) if item.put is not None else ()
    return Entry(item.path, place, conflicts.RESOLVED, item.probability,
                 f"printed by {item.source}", item.conflict, put)  # fmt: skip


def _named(sources: Sequence[str]) -> str:
    """The patterns that print a text, the first few by name."""
    more = len(sources) - _MOST_NAMES
    return ", ".join(sources[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
