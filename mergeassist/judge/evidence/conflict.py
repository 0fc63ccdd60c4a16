"""Evidence about a conflict as a whole: what kind of disagreement this is."""

from __future__ import annotations

import re
from collections import Counter
from math import log1p

from mergeassist.judge.evidence.view import ConflictView, FileView, line_set, words

LANGUAGES = (
    "java", "typescript", "python", "ruby", "javascript", "csharp", "php", "markdown", "json",
    "yaml", "rst", "xml", "go", "kotlin", "c", "cpp", "css", "html", "rust", "scala", "shell",
)  # fmt: skip

_IMPORT = re.compile(
    rb"^\s*(?:import|from|using|require|include|#\s*include|use|package|export)\b"
    rb"|^\s*(?:const|let|var)\b.*\brequire\("
)
_COMMENT = re.compile(rb"^\s*(?://|#|\*|/\*|<!--|--|%|;)")
_VERSION = re.compile(rb"\d+(?:\.\d+)+")
_UNRELEASED = re.compile(rb"SNAPSHOT|[-.]?(?:alpha|beta|dev|rc|pre)\b[-.]?\d*", re.I)
_GENERATED = re.compile(rb"generated|do not edit|autogen|@generated", re.I)
_DIGITS = re.compile(rb"\d+")
_PATHS = {
    "test": re.compile(r"(^|[/_.])(tests?|specs?|testing)([/_.]|$)", re.I),
    "docs": re.compile(r"(^|/)(docs?|documentation)/|\.(md|rst|txt|adoc)$", re.I),
    "changelog": re.compile(r"(change|history|news|release)", re.I),
    "lock": re.compile(r"(lock|shrinkwrap|\.min\.|(^|/)(dist|vendor|build|generated)/)", re.I),
    "manifest": re.compile(
        r"(package\.json|pom\.xml|\.gradle|setup\.py|pyproject|gemfile|\.csproj|cargo\.toml|version)",
        re.I,
    ),
}


def conflict_evidence(view: ConflictView) -> dict[str, float]:
    """Named numbers about the three texts, their place in the file, and the file."""
    found: dict[str, float] = {}
    found.update(_sizes(view))
    found.update(_overlaps(view))
    found.update(_kinds(view))
    found.update(_place(view))
    found.update(_usage(view))
    found.update(_deltas(view))
    found.update(view.file.once(_file_shared))
    found.update(_around(view))
    return found


def share(part: float, whole: float) -> float:
    """`part / whole`, 0 where there is no whole."""
    return part / whole if whole else 0.0


def overlap(one: Counter[bytes], other: Counter[bytes]) -> int:
    """The size of the intersection of two bags."""
    if len(other) < len(one):
        one, other = other, one
    return sum(min(count, other[token]) for token, count in one.items() if token in other)


def _sizes(view: ConflictView) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, text, bag in zip(view.sides._fields, view.sides, view.bags, strict=True):
        found[f"{name}_tokens"] = log1p(bag.total())
        found[f"{name}_lines"] = log1p(text.count(b"\n"))
        found[f"{name}_empty"] = float(not text.strip())
    inner = [part.conflict for part in view.regions if part.conflict is not None]
    settled = sum(len(part.settled) for part in view.regions)
    found["inner_conflicts"] = log1p(len(inner))
    found["inner_clean"] = float(not inner)
    found["settled_share"] = share(settled, settled + sum(len(c.ours) for c in inner))
    found["inner_ours_empty"] = share(sum(not c.ours for c in inner), len(inner))
    found["inner_theirs_empty"] = share(sum(not c.theirs for c in inner), len(inner))
    found["inner_base_empty"] = share(sum(not c.base for c in inner), len(inner))
    for side, added, deleted in zip(("ours", "theirs"), view.added, view.deleted, strict=True):
        found[f"{side}_added"] = log1p(len(added))
        found[f"{side}_deleted"] = log1p(len(deleted))
    return found


def _overlaps(view: ConflictView) -> dict[str, float]:
    found: dict[str, float] = {}
    pairs = (("ours", "theirs"), ("ours", "base"), ("theirs", "base"))
    for one, other in pairs:
        a, b = getattr(view.bags, one), getattr(view.bags, other)
        common = overlap(a, b)
        found[f"{one}_{other}_tokens"] = share(common, a.total() + b.total() - common)
        found[f"{one}_in_{other}"] = share(common, a.total())
        found[f"{other}_in_{one}"] = share(common, b.total())
        x, y = getattr(view.lines, one), getattr(view.lines, other)
        found[f"{one}_{other}_lines"] = share(len(x & y), len(x | y))
        found[f"{one}_subset_{other}"] = float(x <= y)
        found[f"{other}_subset_{one}"] = float(y <= x)
        same = _squeeze(getattr(view.sides, one)) == _squeeze(getattr(view.sides, other))
        found[f"{one}_is_{other}_but_space"] = float(same)
    found["same_added"] = share(
        len(view.added[0] & view.added[1]), len(view.added[0] | view.added[1])
    )
    found["same_deleted"] = share(
        len(view.deleted[0] & view.deleted[1]), len(view.deleted[0] | view.deleted[1])
    )
    return found


def _file_shared(file: FileView) -> dict[str, float]:
    """How much each side changed in the whole file, and how much of it the other has as well."""
    base, ours, theirs = file.version_lines
    base_words, ours_words, theirs_words = file.version_words
    found = {
        "file_ours_theirs_lines": share(len(ours & theirs), len(ours | theirs)),
        "file_ours_base_lines": share(len(ours & base), len(ours | base)),
        "file_theirs_base_lines": share(len(theirs & base), len(theirs | base)),
    }
    for name, mine, other, my_words, other_words, in_conflict in (
        ("ours", ours, theirs, ours_words, theirs_words, file.in_conflict.ours),
        ("theirs", theirs, ours, theirs_words, ours_words, file.in_conflict.theirs),
    ):
        new, gone = mine - base, base - mine
        fresh, dropped = my_words - base_words, base_words - my_words
        found[f"file_{name}_added"] = log1p(len(new))
        found[f"file_{name}_deleted"] = log1p(len(gone))
        found[f"{name}_file_new_in_other"] = share(len(new & other), len(new))
        found[f"{name}_file_gone_in_other"] = share(len(gone - other), len(gone))
        found[f"{name}_file_words_in_other"] = share(len(fresh & other_words), len(fresh))
        found[f"{name}_file_words_gone"] = share(len(dropped - other_words), len(dropped))
        found[f"{name}_new_in_conflict"] = share(len(new & in_conflict), len(new))
    return found


def _around(view: ConflictView) -> dict[str, float]:
    """Which side changed the settled lines around the conflict."""
    lines = line_set(b"".join(view.before + view.after))
    base, ours, theirs = view.file.version_lines
    new = lines - base
    return {
        "around_new": share(len(new), len(lines)),
        "around_of_ours": share(len(new - theirs), len(lines)),
        "around_of_theirs": share(len(new - ours), len(lines)),
    }


def _deltas(view: ConflictView) -> dict[str, float]:
    """Each side's edit in tokens, and how alike the two edits are."""
    added, taken, other_added, other_taken = view.deltas
    found = {
        "ours_tokens_added": log1p(added.total()),
        "ours_tokens_taken": log1p(taken.total()),
        "theirs_tokens_added": log1p(other_added.total()),
        "theirs_tokens_taken": log1p(other_taken.total()),
    }
    both = overlap(added, other_added)
    found["ours_edit_in_theirs"] = share(both, added.total())
    found["theirs_edit_in_ours"] = share(both, other_added.total())
    found["same_taken"] = share(
        overlap(taken, other_taken), max(taken.total(), other_taken.total())
    )
    found["ours_takes_theirs_new"] = share(overlap(taken, other_added), other_added.total())
    found["ours_only_adds"] = float(not taken and bool(added))
    found["theirs_only_adds"] = float(not other_taken and bool(other_added))
    found["ours_only_takes"] = float(not added and bool(taken))
    found["theirs_only_takes"] = float(not other_added and bool(other_taken))
    return found


def _squeeze(text: bytes) -> bytes:
    return b"".join(text.split())


def _kinds(view: ConflictView) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in ("base", "ours", "theirs"):
        lines = [line for line in getattr(view.sides, name).split(b"\n") if line.strip()]
        found[f"{name}_imports"] = share(sum(bool(_IMPORT.match(x)) for x in lines), len(lines))
        found[f"{name}_comments"] = share(sum(bool(_COMMENT.match(x)) for x in lines), len(lines))
    ours, theirs, base = view.sides.ours, view.sides.theirs, view.sides.base
    masked = {name: _DIGITS.sub(b"0", text) for name, text in view.sides._asdict().items()}
    found["numbers_only"] = float(masked["ours"] == masked["theirs"])
    found["ours_numbers_only"] = float(masked["ours"] == masked["base"])
    found["theirs_numbers_only"] = float(masked["theirs"] == masked["base"])
    found["versions"] = float(bool(_VERSION.search(ours)) and bool(_VERSION.search(theirs)))
    for name in ("base", "ours", "theirs"):
        found[f"{name}_unreleased"] = float(bool(_UNRELEASED.search(getattr(view.sides, name))))
    found["ours_newer"] = _compare(_numbers(ours), _numbers(theirs))
    found["ours_up"] = _compare(_numbers(ours), _numbers(base))
    found["theirs_up"] = _compare(_numbers(theirs), _numbers(base))
    return found


def _numbers(text: bytes) -> list[int]:
    return [int(number[:15]) for number in _DIGITS.findall(text)[:40]]


def _compare(one: list[int], other: list[int]) -> float:
    return float((one > other) - (one < other)) if len(one) == len(other) else 0.0


def _place(view: ConflictView) -> dict[str, float]:
    context = view.file.context
    lines = view.file.versions.ours.count(b"\n")
    found = {
        "index": log1p(view.index),
        "last": float(view.index == view.total - 1),
        "conflicts_in_file": log1p(view.total),
        "file_lines": log1p(lines),
        "height": share(view.lines_above, lines),
        "at_start": float(not view.before),
        "at_end": float(not view.after),
        "base_file_empty": float(not view.file.versions.base),
    }
    head = view.file.versions.ours[:600]
    found["generated"] = float(bool(_GENERATED.search(head)))
    found["line_length"] = log1p(share(len(view.sides.ours), view.sides.ours.count(b"\n") + 1))
    found["alike"] = log1p(view.alike)
    for name in LANGUAGES:
        found[f"language_{name}"] = float(context.language == name)
    for name, pattern in _PATHS.items():
        found[f"path_{name}"] = float(bool(pattern.search(context.path)))
    return found


def _usage(view: ConflictView) -> dict[str, float]:
    """Do the names a side brings or drops live in the rest of the file, on either side?"""
    base, ours, theirs = view.sides.map(words)
    settled = view.file.settled_words
    whole_ours, whole_theirs = view.file.versions.ours, view.file.versions.theirs
    found: dict[str, float] = {}
    for name, mine, whole_other in (("ours", ours, whole_theirs), ("theirs", theirs, whole_ours)):
        new, gone = mine - base, base - mine
        found[f"{name}_new_names"] = log1p(len(new))
        found[f"{name}_gone_names"] = log1p(len(gone))
        found[f"{name}_new_used"] = share(len(new & settled), len(new))
        found[f"{name}_gone_used"] = share(len(gone & settled), len(gone))
        found[f"{name}_new_in_other"] = share(sum(w in whole_other for w in new), len(new))
        found[f"{name}_gone_in_other"] = share(sum(w in whole_other for w in gone), len(gone))
    return found
