"""Conflicts side by side, with a bar of filters above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mergeassist.app.report.template import count, line, safe
from mergeassist.app.report.words import as_html, compare
from mergeassist.core.chunks import Conflict
from mergeassist.core.outcome import Proposal

MOST = 500  # conflicts on a page
_MOST_OTHERS = 4


class Status(NamedTuple):
    """What became of a conflict, in two or three words, and how it is coloured."""

    name: str
    tone: str


RESOLVED = Status("resolved", "good")
TO_REVIEW = Status("not looked at", "ask")
REVIEWED = Status("looked at", "good")
UNDONE = Status("taken back", "calm")
LEFT = Status("left to you", "bad")
WAS_LEFT = Status("was left to you", "calm")


class Entry(NamedTuple):
    """One conflict, or one path that conflicts as a whole (`conflict` is `None`).

    `shown` are texts beside the three sides, each with its heading: what was put or proposed,
    what people committed.  `commands` are for a shell.
    """

    path: str
    place: str
    status: Status
    probability: float | None
    why: str
    conflict: Conflict | None = None
    shown: tuple[tuple[str, bytes], ...] = ()
    others: tuple[Proposal, ...] = ()
    commands: tuple[str, ...] = ()


def section(entries: Sequence[Entry]) -> Iterator[str]:
    """The bar, the conflicts, and the help that `?` opens."""
    kept = entries[:MOST]
    yield from _bar(kept)
    yield '<main id="conflicts">'
    for number, entry in enumerate(kept, 1):
        yield from _article(number, entry)
    yield "</main>"
    if len(entries) > MOST:
        yield f'<p class="note">{count(len(entries) - MOST, "conflict")} more left out.</p>'
    yield _HELP


def tally(entries: Sequence[Entry]) -> str:
    """How many of each status, as a row of labels."""
    found = Counter(entry.status for entry in entries)
    return '<p class="tally">' + " ".join(
        f'<span class="tag {status.tone}">{number} {safe(status.name)}</span>'
        for status, number in found.items()
    ) + "</p>"  # fmt: skip


def _bar(entries: Sequence[Entry]) -> Iterator[str]:
    yield '<form id="filters" hidden role="search" aria-label="filters">'
    yield '<label>text <input id="text" type="search" placeholder="/" autocomplete="off"></label>'
    for name, values in (
        ("file", dict.fromkeys(entry.path for entry in entries)),
        ("status", dict.fromkeys(entry.status.name for entry in entries)),
    ):
        options = "".join(
            f'<option value="{line(value)}">{line(value)}</option>' for value in values
        )
        options = f'<option value="">all</option>{options}'
        yield f'<label>{name} <select id="{name}">{options}</select></label>'
    number = 'type="number" min="0" max="1" step="0.01" size="4"'
    yield (
        f'<span class="range"><label>p from <input id="low" {number} placeholder="0"></label> '
        f'<label>to <input id="high" {number} placeholder="1"></label></span>'
    )
    yield (
        '<button type="reset">clear</button> <output id="count" aria-live="polite"></output> '
        '<button type="button" id="keys" title="keys">?</button></form>'
    )


def _article(number: int, entry: Entry) -> Iterator[str]:
    sure = "" if entry.probability is None else f"{entry.probability:.4f}"
    name, tone = entry.status
    said = "p unknown" if entry.probability is None else f"p = {entry.probability:.2f}"
    yield (
        f'<article id="c{number}" tabindex="-1" data-file="{line(entry.path)}" '
        f'data-status="{safe(name)}" data-p="{sure}">'
    )
    yield (
        f'<details open><summary><h3><span class="path">{line(entry.path)}</span>'
        f'<span class="place">{safe(entry.place)}</span></h3> '
        f'<span class="tag {tone}">{safe(name)}</span> <span class="p">{said}</span>'
        f"{_meter(entry.probability)}</summary>"
    )
    yield f'<p class="why">{safe(entry.why)}</p>'
    if entry.conflict is not None:
        yield from _sides(entry.conflict, entry.shown)
    if entry.others:
        yield from _others(entry)
    if entry.commands:
        words = " ".join(f"<code>{safe(command)}</code>" for command in entry.commands)
        yield f'<p class="commands">{words}</p>'
    yield "</details></article>"


def _meter(probability: float | None) -> str:
    if probability is None:
        return ""
    width = 48 * max(0.0, min(1.0, probability))
    return (
        '<svg class="meter" viewBox="0 0 48 6" aria-hidden="true"><rect class="track" '
        f'width="48" height="6" rx="2"/><rect width="{width:.1f}" height="6" rx="2"/></svg>'
    )


def _sides(conflict: Conflict, texts: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    base, ours, theirs = conflict.sides
    marked = compare(base, ours, theirs, *(text for _, text in texts))
    names = ["base", "ours", "theirs", *(name for name, _ in texts)]
    yield f'<div class="sides n{len(names)}">'
    for place, (name, text) in enumerate(zip(names, marked, strict=True)):
        inside = as_html(text, "ins" if place else "del")
        if not text.tokens:
            unknown = not place and conflict.base is None
            words = "not known: both sides added it" if unknown else "empty"
            inside = f'<span class="c">{words}</span>'
        side = ("base", "ours", "theirs")[place] if place < 3 else "put"
        yield (
            f'<figure class="{side}"><figcaption>{safe(name)}</figcaption>'
            f'<pre dir="ltr">{inside}</pre></figure>'
        )
    yield "</div>"


def _others(entry: Entry) -> Iterator[str]:
    kept = entry.others[:_MOST_OTHERS]
    yield f'<details class="others"><summary>{count(len(kept), "other proposal")}</summary>'
    sides = entry.conflict.sides if entry.conflict is not None else (b"", b"", b"")
    for one, text in zip(kept, compare(*sides, *(each.text for each in kept))[3:], strict=True):
        sure = "" if one.probability is None else f", p = {one.probability:.2f}"
        inside = as_html(text) or '<span class="c">empty</span>'
        yield (
            f'<figure class="put"><figcaption>{safe(one.source)}{sure}</figcaption>'
            f'<pre dir="ltr">{inside}</pre></figure>'
        )
    yield "</details>"


LEGEND = (
    '<p class="legend">Words: <ins class="o">ours put</ins> <ins class="t">theirs put</ins> '
    '<ins class="b">both put</ins> <ins class="n">in no version</ins>; in base: '
    '<del class="o">ours took</del> <del class="t">theirs took</del> '
    '<del class="b">both took</del></p>'
)
_KEYS = (
    ("j, k", "next and previous conflict"),
    ("g, G", "first and last"),
    ("o", "fold or unfold this one"),
    ("O", "fold or unfold all"),
    ("/", "search the texts"),
    ("Esc", "leave the search; again: clear the filters"),
    ("?", "these keys"),
)
_HELP = (
    '<dialog id="help" aria-label="keys"><h2>Keys</h2><table><tbody>'
    + "".join(f"<tr><td><kbd>{key}</kbd></td><td>{what}</td></tr>" for key, what in _KEYS)
    + '</tbody></table><form method="dialog"><button>close</button></form></dialog>'
)
