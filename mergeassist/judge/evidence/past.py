"""Evidence from the merge and from each side's own history of the file.

Everything here may be unknown (no metadata, a shallow clone): then the `known_*` flags are 0
and so is the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log1p

from mergeassist.judge.evidence.commits import Commit, union
from mergeassist.judge.evidence.conflict import share
from mergeassist.judge.evidence.view import ConflictView, FileView, words
from mergeassist.propose.context import Context

HOUR = 3600.0
TYPICAL_FILES = 3  # a driver cannot know how many files conflict; the train split's median
_MAIN = re.compile(r"\b(?:origin/)?(?:master|main|develop|dev|trunk|next|upstream)\b", re.I)
_RELEASE = re.compile(r"\b(?:release|stable|hotfix|backport|v?\d+\.\d+|\d+\.x)", re.I)
_BOT = re.compile(
    r"dependabot|renovate|greenkeeper|snyk|weblate|crowdin|translation|i18n|l10n", re.I
)
_NUMBER = re.compile(r"\d+")
_DEFAULT = re.compile(r"^Merge (branch|remote-tracking branch|pull request|commit|tag)\b", re.I)
_INTO = re.compile(r"^Merge (?P<what>.*?) into (?P<into>\S+)\s*$", re.I)
_CUES = {
    "revert": re.compile(r"\brevert", re.I),
    "merge": re.compile(r"^merge\b", re.I),
    "layout": re.compile(r"format|lint|style|white ?space|indent|cleanup|clean up|prettier", re.I),
    "version": re.compile(r"version|bump|release|upgrade|update", re.I),
    "fix": re.compile(r"\bfix|\bbug|\bissue", re.I),
    "rework": re.compile(r"refactor|rename|move|rewrite|replace|remove|deprecat", re.I),
}


def merge_evidence(context: Context) -> dict[str, float]:
    """Direction, dates and people of the merge; the message's first line only."""
    known = context.times is not None or context.message is not None
    found = {"known_merge": float(known)}
    found["conflicted_files"] = log1p(context.conflicted_files or known * TYPICAL_FILES)
    found.update(_times(context.times or ()), **_people(context.authors or ()))
    first = (context.message or "").partition("\n")[0]
    default = _DEFAULT.match(first)
    into = _INTO.match(first)
    what = into["what"] if into else first
    target = into["into"] if into else ""
    found["default_message"] = float(bool(default))
    for kind in ("branch", "remote-tracking branch", "pull request"):
        found["is_" + kind.replace(" ", "_")] = float(
            bool(default) and default is not None and default[1].lower() == kind
        )
    found["same_branch"] = float(" of " in what)
    found["names_target"] = float(bool(into))
    found["theirs_main"] = float(bool(default and _MAIN.search(what)))
    found["ours_main"] = float(bool(into and _MAIN.search(target)) or bool(default and not into))
    found["theirs_release"] = float(bool(default and _RELEASE.search(what)))
    found["ours_release"] = float(bool(into and _RELEASE.search(target)))
    found["theirs_bot"] = float(bool(_BOT.search(what)))
    found["forward"] = _later(target, what) if default else 0.0
    return found


def _later(target: str, what: str) -> float:
    """1 where a numbered line of development is merged into a later one, -1 into an earlier."""
    one, other = ([int(n[:9]) for n in _NUMBER.findall(text)[:4]] for text in (target, what))
    return float((one > other) - (one < other)) if one and other else 0.0


def _times(times: Sequence[int]) -> dict[str, float]:
    if len(times) != 3:
        return {"ours_age": 0.0, "theirs_age": 0.0, "ours_fresher": 0.0}
    now, ours, theirs = times
    return {
        "ours_age": log1p(max(now - ours, 0) / HOUR),
        "theirs_age": log1p(max(now - theirs, 0) / HOUR),
        "ours_fresher": signed_log((ours - theirs) / HOUR),
    }


def _people(authors: Sequence[str]) -> dict[str, float]:
    merger, ours, theirs = authors if len(authors) == 3 else ("", "", "")
    return {
        "merger_is_ours": float(bool(merger) and merger == ours),
        "merger_is_theirs": float(bool(merger) and merger == theirs),
        "one_author": float(bool(ours) and ours == theirs),
    }


def signed_log(value: float) -> float:
    """log(1 + |x|) with the sign of x."""
    return log1p(value) if value >= 0 else -log1p(-value)


def history_evidence(view: ConflictView) -> dict[str, float]:
    """What each side's commits since the base say of this region."""
    ours, theirs = view.file.commits
    found = {"known_history": float(view.file.known_history)}
    for name, at, mine, other in (("ours", 0, ours, theirs), ("theirs", 1, theirs, ours)):
        found.update(_superseded(view, name, at))
        found.update(_region_commits(view, name, at, mine))
        found.update(_twins(view, name, at, mine, other))
    found.update(view.file.once(_file_seen))
    found["shared_authors"] = float(len({c.author for c in ours} & {c.author for c in theirs}))
    a, b = found["ours_region_time"], found["theirs_region_time"]
    found["ours_region_fresher"] = signed_log((a - b) / HOUR) if a and b else 0.0
    now = (view.file.context.times or (0,))[0]
    for name in ("ours", "theirs"):
        at_time = found.pop(f"{name}_region_time")
        found[f"{name}_region_age"] = (
            log1p(max(now - at_time, 0) / HOUR) if at_time and now else 0.0
        )
    return found


def _superseded(view: ConflictView, name: str, at: int) -> dict[str, float]:
    """Does what this side adds or deletes stand in the other side's own past?"""
    new = {line for line in view.added[at] if len(line) > 2}
    gone = {line for line in view.deleted[at] if len(line) > 2}
    once_added, once_removed = view.file.past_lines[1 - at]
    other_now = view.file.version_lines.theirs if at == 0 else view.file.version_lines.ours
    return {
        f"{name}_new_seen": share(len(new & once_added), len(new)),
        f"{name}_new_superseded": share(len((new & once_added) - other_now), len(new)),
        f"{name}_new_removed": share(len(new & once_removed), len(new)),
        f"{name}_new_still": share(len(new & other_now), len(new)),
        **_words_seen(view, name, at),
        f"{name}_gone_gone": share(len(gone & once_removed), len(gone)),
        f"{name}_gone_readded": share(len(gone & once_added), len(gone)),
        f"{name}_whole_superseded": float(bool(new) and new <= once_added and not new & other_now),
    }


def _words_seen(view: ConflictView, name: str, at: int) -> dict[str, float]:
    """The same at the level of words: a line touched twice is no longer the same line."""
    fresh = words((view.sides.ours, view.sides.theirs)[at]) - words(view.sides.base)
    once = view.file.past_words[1 - at]
    now = (view.file.version_words.theirs, view.file.version_words.ours)[at]
    return {
        f"{name}_words_seen": share(len(fresh & once), len(fresh)),
        f"{name}_words_superseded": share(len((fresh & once) - now), len(fresh)),
    }


def _twins(
    view: ConflictView, name: str, at: int, mine: list[Commit], other: list[Commit]
) -> dict[str, float]:
    """Is this side's change of the region on the other side as well, and what came after it?"""
    new, gone = view.added[at], view.deleted[at]
    twinned = after = touching = 0
    for commit in mine:
        touches = bool(commit.added & new or commit.removed & gone)
        touching += touches
        place = next((i for i, one in enumerate(other) if commit.is_twin(one)), None)
        if place is None or not touches:
            continue
        twinned += 1
        followers = other[:place]  # newest first: these came later
        after += any(c.added & view.added[1 - at] or c.removed & new for c in followers)
    return {
        f"{name}_twinned": share(twinned, touching),
        f"{name}_after_twin": share(after, touching),
        f"{name}_all_twinned": float(touching > 0 and twinned == touching),
        f"{name}_twins": share(sum(any(c.is_twin(o) for o in other) for c in mine), len(mine)),
    }


def _file_seen(file: FileView) -> dict[str, float]:
    """How much of all that a side changed in the file is in the other's past."""
    base, ours, theirs = file.version_lines
    found: dict[str, float] = {}
    for name, mine, other, (once_added, once_removed) in (
        ("ours", ours, theirs, file.past_lines[1]),
        ("theirs", theirs, ours, file.past_lines[0]),
    ):
        new = mine - base
        found[f"{name}_file_new_seen"] = share(len(new & once_added), len(new))
        found[f"{name}_file_new_superseded"] = share(len((new & once_added) - other), len(new))
        found[f"{name}_file_new_removed"] = share(len(new & once_removed), len(new))
    return found


def _region_commits(view: ConflictView, name: str, at: int, mine: list[Commit]) -> dict[str, float]:
    """How many of this side's commits made the region, how fresh, by whom, to what end."""
    new, gone = view.added[at], view.deleted[at]
    touching = [c for c in mine if c.added & new or c.removed & gone]
    authors = view.file.context.authors or ()
    merger = authors[0] if authors else ""
    newest = touching[0] if touching else None
    found = {
        f"{name}_commits": log1p(len(mine)),
        f"{name}_region_commits": log1p(len(touching)),
        f"{name}_region_time": float(newest.time if newest else 0),
        f"{name}_region_by_merger": float(bool(newest and merger and newest.author == merger)),
        f"{name}_any_by_merger": share(sum(c.author == merger for c in mine), len(mine)),
        f"{name}_explained": share(len(new & union(c.added for c in touching)), len(new)),
    }
    for cue, pattern in _CUES.items():
        found[f"{name}_{cue}"] = float(any(pattern.search(c.subject) for c in touching))
    return found
