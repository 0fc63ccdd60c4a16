"""Evidence about one candidate text: what it keeps, drops, repeats and breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import exp, log1p

from mergeassist.core.outcome import Proposal
from mergeassist.core.tokens import is_blank, split_lines
from mergeassist.judge.evidence.conflict import overlap, share
from mergeassist.judge.evidence.view import ConflictView, line_set, token_bag, words
from mergeassist.propose.generate import prior
from mergeassist.propose.priors import WEIGHTS

_BRACKETS = ((b"(", b")"), (b"[", b"]"), (b"{", b"}"))


def candidate_evidence(view: ConflictView, proposals: Sequence[Proposal]) -> list[dict[str, float]]:
    """Named numbers for each proposal of one conflict, in the order given."""
    weights = [prior(proposal.sources) for proposal in proposals]
    total = sum(exp(weight) for weight in weights)
    rows: list[dict[str, float]] = []
    for rank, (proposal, weight) in enumerate(zip(proposals, weights, strict=True)):
        row = _content(view, proposal.text)
        row.update(_shape(view, proposal.text))
        row.update(_layout(view, proposal.text))
        row.update(
            prior=weight,
            prior_share=share(exp(weight), total),
            rank=float(rank),
            candidates=float(len(proposals)),
            sources=float(sum(source in WEIGHTS for source in proposal.sources)),
        )
        rows.append(row)
    return rows


def _content(view: ConflictView, text: bytes) -> dict[str, float]:
    bag, lines = token_bag(text), line_set(text)
    size = bag.total()
    found = {"tokens": log1p(size), "lines": log1p(len(lines))}
    for name in ("base", "ours", "theirs"):
        side: Counter[bytes] = getattr(view.bags, name)
        common = overlap(bag, side)
        found[f"of_{name}"] = share(common, size)
        found[f"{name}_kept"] = share(common, side.total())
        found[f"growth_{name}"] = log1p(size) - log1p(side.total())
        other: frozenset[bytes] = getattr(view.lines, name)
        found[f"lines_of_{name}"] = share(len(lines & other), len(lines))
        found[f"{name}_lines_kept"] = share(len(lines & other), len(other))
        found[f"is_{name}_but_space"] = float(common == size == side.total())
    for at, name in enumerate(("ours", "theirs")):
        added, deleted = view.deltas[2 * at : 2 * at + 2]
        found[f"{name}_added_kept"] = share(overlap(bag, added), added.total())
        found[f"{name}_deleted_kept"] = share(overlap(bag, deleted), deleted.total())
        found[f"{name}_new_lines_kept"] = share(len(lines & view.added[at]), len(view.added[at]))
        found[f"{name}_old_lines_kept"] = share(
            len(lines & view.deleted[at]), len(view.deleted[at])
        )
    found["of_context"] = share(overlap(bag, view.context_bag), size)
    found.update(_against_file(view, lines))
    names = words(text)
    fresh = names - view.words.base
    settled = view.file.settled_words
    found["names_used"] = share(len(names & settled), len(names))
    found["fresh_used"] = share(len(fresh & settled), len(fresh))
    stale_ours, stale_theirs, stale = view.file.stale_words
    found["stale_ours"] = log1p(len(names & stale_ours))
    found["stale_theirs"] = log1p(len(names & stale_theirs))
    found["stale"] = log1p(len(names & stale))
    return found


def _against_file(view: ConflictView, lines: frozenset[bytes]) -> dict[str, float]:
    """Lines that a side deleted in the whole file or once had, and lines a side still has."""
    _, ours, theirs = view.file.version_lines
    (added_ours, _), (added_theirs, _) = view.file.past_lines
    gone_ours, gone_theirs = view.file.gone_lines
    (once_ours, removed_ours), (once_theirs, removed_theirs) = view.file.superseded_lines
    count = len(lines)
    mine = view.lines
    return {
        "restores_ours": share(len(lines & gone_ours), count),
        "restores_theirs": share(len(lines & gone_theirs), count),
        "in_file_ours": share(len(lines & ours), count),
        "in_file_theirs": share(len(lines & theirs), count),
        "once_ours": share(len(lines & once_ours), count),
        "once_theirs": share(len(lines & once_theirs), count),
        "removed_by_ours": share(len(lines & removed_ours), count),
        "removed_by_theirs": share(len(lines & removed_theirs), count),
        "drops_seen_ours": share(len((mine.ours & added_theirs) - lines), len(mine.ours)),
        "drops_seen_theirs": share(len((mine.theirs & added_ours) - lines), len(mine.theirs)),
    }


def _shape(view: ConflictView, text: bytes) -> dict[str, float]:
    rows = [line.strip() for line in split_lines(text)]
    long = [row for row in rows if len(row) > 3]
    sides = view.sides
    settled = view.file.settled_lines
    found = {
        "doubled": share(len(long) - len(set(long)), len(long)),
        "already_there": share(sum(row in settled for row in long), len(long)),
        "joins_above": float(bool(rows and view.before and rows[0] == view.before[-1].strip())),
        "joins_below": float(bool(rows and view.after and rows[-1] == view.after[0].strip())),
        "blank_start": float(bool(rows) and not rows[0]),
        "blank_end": float(bool(rows) and not rows[-1]),
        "empty": float(not text.strip()),
        "indent": _indent(text) - _indent(sides.ours),
        "indent_theirs": _indent(text) - _indent(sides.theirs),
    }
    for name in ("base", "ours", "theirs"):
        found[f"brackets_{name}"] = float(_bracket_gap(text, getattr(sides, name)))
    found["open_brackets"] = float(_open(text))
    found["sorted"] = _sorted(view, rows)
    found["comma_end"] = float(text.rstrip().endswith(b","))
    found["ends_as_base"] = float(text.rstrip()[-1:] == sides.base.rstrip()[-1:])
    return found


def _layout(view: ConflictView, text: bytes) -> dict[str, float]:
    """Blank lines, indentation, line lengths and words that nothing around has."""
    rows = split_lines(text.strip(b"\r\n"))
    around = view.before + view.after
    margins = {_margin(row) for row in (*view.side_lines, *around)}
    known = view.words.base | view.words.ours | view.words.theirs
    names = words(text)
    written = view.lines.base | view.lines.ours | view.lines.theirs
    lines = line_set(text)
    blanks = _blanks(rows)
    return {
        "blanks": share(blanks, len(rows)),
        "blanks_more": float(min(blanks - max(view.inner_blanks), 5)),
        "blanks_than_around": share(blanks, len(rows)) - share(_blanks(around), len(around)),
        "novel_words": share(len(names - known), len(names)),
        "novel_lines": share(len(lines - written), len(lines)),
        "novel_margins": share(sum(_margin(row) not in margins for row in rows), len(rows)),
        "tabs": share(sum(row[:1] == b"\t" for row in rows), len(rows)) - view.tabs_around,
        "trailing_space": share(sum(row.rstrip(b"\r\n")[-1:].isspace() for row in rows), len(rows)),
        "longest": log1p(max(map(len, rows), default=0)) - view.longest_around,
        "indent_above": _indent(text) - _indent(b"".join(reversed(view.before))),
        "indent_below": _indent(b"".join(reversed(rows))) - _indent(b"".join(view.after)),
    }


def _blanks(rows: Sequence[bytes]) -> int:
    return sum(is_blank(row) for row in rows)


def _margin(row: bytes) -> bytes:
    """The white space a line begins with; none for a blank line."""
    return row[: len(row) - len(row.lstrip())] if row.strip() else b""


def _sorted(view: ConflictView, rows: list[bytes]) -> float:
    """The share of neighbouring lines in alphabetical order, one line around them included."""
    inner = [row for row in rows if row][:60]
    around = [*view.before[-1:], *inner, *view.after[:1]]
    keys = [row.strip().lower() for row in around]
    return share(sum(a <= b for a, b in pairwise(keys)), len(keys) - 1)


def _indent(text: bytes) -> float:
    for line in text.split(b"\n"):
        if line.strip():
            return float(min(len(line) - len(line.lstrip()), 40))
    return 0.0


def _bracket_gap(one: bytes, other: bytes) -> int:
    gaps = (
        abs((one.count(a) - one.count(b)) - (other.count(a) - other.count(b))) for a, b in _BRACKETS
    )
    return min(sum(gaps), 5)


def _open(text: bytes) -> int:
    return min(sum(abs(text.count(a) - text.count(b)) for a, b in _BRACKETS), 5)
