"""Groups of evidence, and what each says about one conflict in plain words.

The table `GROUPS` names the columns of `judge/evidence` by pattern, so that a column added later
falls to a group or to `REST`; its functions take the numbers from the texts themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import expm1
from typing import NamedTuple

from mergeassist.core.outcome import Proposal
from mergeassist.judge.evidence.conflict import LANGUAGES
from mergeassist.judge.evidence.view import ConflictView, line_set, words

UNKNOWN = ""  # nobody can know: no reason to give
_SIDES = (("ours", "theirs"), ("theirs", "ours"))
_UNITS = ((86400 * 365, "year"), (86400 * 30, "month"), (86400, "day"), (3600, "hour"))
_CUES = ("revert", "layout", "version", "fix", "rework")
_PATHS = {"test": "a test", "docs": "documentation", "changelog": "a changelog",
          "lock": "generated or locked", "manifest": "a manifest"}


class Facts(NamedTuple):
    """What the words are made from: the conflict, its numbers, and the best proposal's."""

    view: ConflictView
    conflict: dict[str, float]
    row: dict[str, float]
    best: Proposal

    def measured(self, name: str) -> float:
        """A number about the conflict; 0 where it was not measured."""
        return self.conflict.get(name, 0.0)

    def counted(self, name: str) -> int:
        """A number that is kept as log(1 + n)."""
        return round(expm1(self.measured(name)))


class Group(NamedTuple):
    """Columns that say one thing: patterns of their names, and how it is said."""

    name: str
    conflict: str
    candidate: str
    say: Callable[[Facts], str]


def some(count: int, what: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _long(lines: frozenset[bytes]) -> set[bytes]:
    return {line for line in lines if len(line) > 2}


def _superseded(facts: Facts) -> str:
    view = facts.view
    if not view.file.known_history:
        return UNKNOWN
    told: list[tuple[float, str]] = []
    for at, (side, other) in enumerate(_SIDES):
        new, now = _long(view.added[at]), getattr(view.file.version_lines, other)
        seen = new & view.file.past_lines[1 - at][0]
        if not seen:
            continue
        what = f"{side}' {some(len(new), 'new line')}"
        if len(seen) < len(new):
            what = f"{len(seen)} of {what}"
        gone = len(seen - now)
        changed = "" if not gone else (
            " and were changed there since" if gone == len(seen)
            else f", {gone} of them changed there since"
        )
        text = f"{what} already stood in {other}' own history{changed}"
        told.append((len(seen) / len(new), text))
    if told:
        return max(told)[1]
    return "no new line of either side ever stood in the other's history"


def _undone(facts: Facts) -> str:
    view, told = facts.view, []
    if not view.file.known_history:
        return UNKNOWN
    for at, (side, other) in enumerate(_SIDES):
        gone = _long(view.deleted[at])
        both = gone & view.file.past_lines[1 - at][1]
        if both:
            text = f"{len(both)} of the {some(len(gone), 'line')} that {side} deletes "
            told.append((len(both) / len(gone), f"{text}{other} had deleted as well"))
    return max(told)[1] if told else "neither side deletes what the other had deleted before"


def _commits(facts: Facts) -> str:
    if not facts.measured("known_history"):
        return UNKNOWN
    (a, b), (c, d) = (
        (facts.counted(f"{side}_commits"), facts.counted(f"{side}_region_commits"))
        for side, _ in _SIDES
    )
    text = (f"ours has {some(a, 'commit')} in this file since the base, {b} at this place; "
            f"theirs has {c} and {d}")
    cues = [f"{side}' speak of a {cue}" for side, _ in _SIDES for cue in _CUES
            if facts.measured(f"{side}_{cue}")]
    return "; ".join([text, *cues])


def _twins(facts: Facts) -> str:
    if not facts.measured("known_history"):
        return UNKNOWN
    share, side, other = max(
        (facts.measured(f"{side}_twinned"), side, other) for side, other in _SIDES
    )
    if not share:
        return "no commit of this place is on both sides"
    return f"{share:.0%} of {side}' commits at this place are on the side of {other} as well"


def _people(facts: Facts) -> str:
    if not facts.view.file.context.authors:
        return UNKNOWN
    if facts.measured("one_author"):
        return "one person wrote the newest commit of both sides"
    for side, _ in _SIDES:
        if facts.measured(f"merger_is_{side}"):
            return f"whoever merges wrote {side}' newest commit"
    return "whoever merges wrote the newest commit of neither side"


def _span(seconds: float) -> str:
    for size, unit in _UNITS:
        if seconds >= size:
            return some(round(seconds / size), unit)
    return some(round(seconds / 60), "minute")


def _age(facts: Facts) -> str:
    newest = [_newest_here(facts.view, at) for at in range(2)]
    what = "changed this place"
    if not all(newest):
        times = facts.view.file.context.times or ()
        if len(times) != 3:
            return UNKNOWN
        newest, what = list(times[1:]), "has its newest commit"
    first, gap = ("ours", newest[0] - newest[1])
    if gap < 0:
        first, gap = "theirs", -gap
    if gap < _UNITS[-1][0] / 60:
        return "both sides are of the same minute"
    other = "theirs" if first == "ours" else "ours"
    return f"{first} {what} {_span(gap)} later than {other}"


def _newest_here(view: ConflictView, at: int) -> int:
    new, gone = view.added[at], view.deleted[at]
    return next((c.time for c in view.file.commits[at] if c.added & new or c.removed & gone), 0)


def _direction(facts: Facts) -> str:
    first = (facts.view.file.context.message or "").partition("\n")[0]
    if not first:
        return UNKNOWN
    notes = {"theirs_main": "theirs is a main line", "ours_main": "ours is a main line",
             "theirs_release": "theirs is a release", "ours_release": "ours is a release",
             "theirs_bot": "theirs was made by a program"}
    said = [note for name, note in notes.items() if facts.measured(name)]
    return ", ".join([f"the merge says “{first[:70]}”", *said])


def _names(facts: Facts) -> str:
    count = len(words(facts.best.text))
    if not count:
        return "the proposal uses no names"
    used = round(facts.row.get("names_used", 0.0) * count)
    text = f"{used} of the {some(count, 'name')} in the proposal stand elsewhere in the file"
    stale = round(expm1(facts.row.get("stale", 0.0)))
    return f"{text}, {stale} were given up everywhere else" if stale else text


def _file(facts: Facts) -> str:
    a, b, c, d = (facts.counted(f"file_{side}_{what}") for side, _ in _SIDES
                  for what in ("added", "deleted"))
    return f"in the whole file ours adds {some(a, 'line')} and deletes {b}, theirs adds {c} and " \
           f"deletes {d}"


def _around(facts: Facts) -> str:
    ours, theirs = facts.measured("around_of_ours"), facts.measured("around_of_theirs")
    if not ours and not theirs:
        return "neither side changed the lines around it"
    return f"of the lines around it ours changed {ours:.0%}, theirs {theirs:.0%}"


def _kind(facts: Facts) -> str:
    if facts.measured("numbers_only"):
        newer = {1.0: ", and ours' are higher", -1.0: ", and theirs' are higher"}
        return "the sides differ in numbers only" + newer.get(facts.measured("ours_newer"), "")
    for name in ("imports", "comments"):
        if min(facts.measured(f"{side}_{name}") for side, _ in _SIDES) > 0.5:
            return f"both sides are mostly {name}"
    if facts.measured("versions"):
        return "both sides hold version numbers"
    return "it is about neither imports, nor comments, nor version numbers"


def _place(facts: Facts) -> str:
    view = facts.view
    text = f"it is conflict {view.index + 1} of {view.total} in the file"
    alike = facts.counted("alike")
    return f"{text}; {alike} more there are the same edit" if alike else text


def _language(facts: Facts) -> str:
    language = next((n for n in LANGUAGES if facts.measured(f"language_{n}")), "no known language")
    tags = [said for name, said in _PATHS.items() if facts.measured(f"path_{name}")]
    return f"the file is in {language}" + (f" and looks like {' and '.join(tags)}" if tags else "")


def _words(facts: Facts) -> str:
    if facts.measured("inner_clean"):
        return "word by word the sides do not touch"
    return f"word by word {some(facts.counted('inner_conflicts'), 'place')} of it stay in conflict"


def _edits(facts: Facts) -> str:
    (a, b), (c, d) = ((len(facts.view.added[at]), len(facts.view.deleted[at])) for at in range(2))
    return f"ours adds {some(a, 'line')} and deletes {b}, theirs adds {c} and deletes {d}"


def _likeness(facts: Facts) -> str:
    if facts.measured("ours_is_theirs_but_space"):
        return "ours and theirs differ in white space only"
    return f"ours and theirs share {facts.measured('ours_theirs_tokens'):.0%} of their words"


def _size(facts: Facts) -> str:
    base, ours, theirs = (len(side) for side in facts.view.lines)
    return f"ours has {some(ours, 'line')}, theirs {theirs}, the base {base}"


def _kept(facts: Facts) -> str:
    lines = line_set(facts.best.text)
    (a, n), (b, m) = ((len(lines & facts.view.added[at]), len(facts.view.added[at]))
                      for at in range(2))
    if n or m:
        return f"the proposal keeps {a} of ours' {some(n, 'new line')} and {b} of theirs' {m}"
    kept = [facts.row.get(f"{side}_kept", 0.0) for side, _ in _SIDES]
    return f"the proposal keeps {kept[0]:.0%} of ours' words and {kept[1]:.0%} of theirs'"


def _brought_back(facts: Facts) -> str:
    lines, versions = line_set(facts.best.text), facts.view.file.version_lines
    for at, (side, _) in enumerate(_SIDES):
        mine = getattr(versions, side)
        back = len(lines & versions.base - mine)
        if back:
            return f"the proposal brings back {some(back, 'line')} that {side} deleted"
        once = len(lines & facts.view.file.past_lines[at][0] - mine)
        if once:
            return f"{some(once, 'line')} of the proposal once stood in {side} and were given up"
    return "the proposal brings back nothing that a side had deleted"


def _shape(facts: Facts) -> str:
    lines = [line for line in facts.best.text.split(b"\n") if len(line.strip()) > 3]
    for name, said in (
        ("doubled", "stand in it twice"), ("already_there", "stand in the file already"),
    ):  # fmt: skip
        count = round(facts.row.get(name, 0.0) * len(lines))
        if count:
            return f"{count} of the proposal's {some(len(lines), 'line')} {said}"
    if min(facts.row.get(f"brackets_{side}", 0.0) for side, _ in _SIDES):
        return "the proposal's brackets close as in neither side"
    return "the proposal's brackets and indentation fit the sides"


def _pattern(facts: Facts) -> str:
    names = facts.best.sources
    told = f"{some(len(names), 'pattern')} print{'s' if len(names) == 1 else ''} this text"
    also = ", among them " if len(names) > 1 else ": "
    share = facts.row.get("prior_share", 0.0)
    return f"{told}{also}{names[0]}; such texts alone would be given {share:.0%}"


def _rest(_: Facts) -> str:
    return "what else is measured about the conflict"


_S = r"(?:base|ours|theirs)"
GROUPS = (
    Group("superseded", rf"known_history|{_S}_(?:file_)?(?:new_(?:seen|superseded|removed|still)"
          rf"|words_(?:seen|superseded)|whole_superseded)", "", _superseded),
    Group("undone", rf"{_S}_gone_(?:gone|readded)", "", _undone),
    Group("twins", rf"{_S}_(?:twinned|after_twin|all_twinned|twins)", "", _twins),
    Group("people", rf"merger_is_.*|one_author|shared_authors|{_S}_(?:region|any)_by_merger", "",
          _people),
    Group("age", rf"{_S}_(?:region_)?(?:age|fresher)", "", _age),
    Group("commits", rf"{_S}_(?:commits|region_commits|explained|merge|{'|'.join(_CUES)})", "",
          _commits),
    Group("direction", rf"known_merge|conflicted_files|default_message|is_[^_]*(?:_request)?|"
          rf"same_branch|names_target|{_S}_(?:main|release|bot)|forward", "", _direction),
    Group("names", rf"{_S}_(?:new|gone)_(?:names|used|in_other)",
          r"names_used|fresh_used|stale.*", _names),
    Group("file", rf"file_.*|{_S}_file_.*|{_S}_new_in_conflict", "", _file),
    Group("around", r"around_.*", r"of_context|joins_.*", _around),
    Group("kind", rf"{_S}_(?:imports|comments|unreleased|up|newer|numbers_only)|numbers_only"
          r"|versions", "", _kind),
    Group("place", r"index|last|conflicts_in_file|height|at_start|at_end|alike|generated"
          r"|line_length", "", _place),
    Group("language", r"language_.*|path_.*", "", _language),
    Group("word by word", r"inner_.*|settled_share", "", _words),
    Group("edits", rf"{_S}_(?:tokens_added|tokens_taken|added|deleted|only_adds|only_takes)", "",
          _edits),
    Group("likeness", rf"{_S}_{_S}_.*|{_S}_(?:in|subset)_{_S}|{_S}_is_{_S}_but_space|same_.*"
          rf"|{_S}_edit_in_{_S}|{_S}_takes_{_S}_new", "", _likeness),
    Group("size", rf"{_S}_(?:tokens|lines|empty)", "", _size),
    Group("kept", "", rf"of_{_S}|{_S}_(?:\w+_)?kept|growth_.*|lines_of_.*|is_{_S}_but_space"
          r"|tokens|lines", _kept),
    Group("brought back", "", r"restores_.*|in_file_.*|once_.*|removed_by_.*|drops_seen_.*",
          _brought_back),
    Group("shape", "", r"doubled|already_there|blank_.*|empty|indent.*|brackets_.*"
          r"|open_brackets|sorted|comma_end|ends_as_base", _shape),
    Group("pattern", "", r"prior.*|rank|candidates|sources|source:.*", _pattern),
)  # fmt: skip
REST = Group("rest", ".*", ".*", _rest)


def group_of(column: str, *, candidate: bool) -> Group:
    """The group of a column of the conflict or of a candidate (`source:NAME` for a flag)."""
    for group in GROUPS:
        if re.fullmatch(group.candidate if candidate else group.conflict, column):
            return group
    return REST
