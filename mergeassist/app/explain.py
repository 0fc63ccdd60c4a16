"""Why a text was proposed: the strongest groups of evidence, in plain words.

The strength of a group is what the lead of the best proposal (its score against that of the
runner-up, which may be "none of these") loses when the group's columns are set to their mean in
training, for all proposals at once: occlusion (Zeiler and Fergus, 2014) of the judge as it is,
network and trees together.  Strengths do not add up: groups share what they know.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mergeassist.app.explain_words import GROUPS, REST, Facts, Group, group_of, some
from mergeassist.core.chunks import MergedFile
from mergeassist.core.outcome import Decision, Proposal
from mergeassist.errors import InputError, UsageError
from mergeassist.propose.context import Context

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mergeassist.app.regions import Regions
    from mergeassist.judge.evidence import ConflictView, Evidence, Schema
    from mergeassist.judge.model import Judge
    from mergeassist.judge.personal import Personal

    Floats = NDArray[np.float32]

STRONGEST = 3


class Reason(NamedTuple):
    """One group of evidence; `strength` in units of log-odds, negative where it speaks against
    the proposal."""

    group: str
    text: str
    strength: float


class Explained(NamedTuple):
    """One conflict: where it stands, what was decided, and why.

    `lead` is the score of the judge's best proposal above that of `runner_up` (`None`: "none of
    these"); no reasons where no judge has spoken.
    """

    path: str
    line: int
    number: int
    total: int
    decision: Decision
    reasons: tuple[Reason, ...] = ()
    lead: float | None = None
    runner_up: str | None = None


class _Lead(NamedTuple):
    best: int  # rows of the scores: 0 is "none of these"
    next: int

    def of(self, scores: NDArray[Any]) -> float:
        return float(scores[self.best] - scores[self.next])


def reasons(
    judge: Judge,
    view: ConflictView,
    proposals: Sequence[Proposal],
    personal: Personal | None = None,
    count: int = STRONGEST,
) -> list[Reason]:
    """The strongest evidence on the best of `proposals` (in any order), strongest first."""
    return explain_proposals(judge, view, proposals, personal, count)[0]


def explain_proposals(
    judge: Judge,
    view: ConflictView,
    proposals: Sequence[Proposal],
    personal: Personal | None = None,
    count: int = STRONGEST,
) -> tuple[list[Reason], float, str | None]:
    """The reasons, the lead they make up, and the source of the runner-up (`None`: none of
    these)."""
    from mergeassist.judge.evidence import measure

    offered = _in_order(proposals)
    if not offered:
        return [], 0.0, None
    evidence = measure(view, offered)
    score = partial(judge.mixed, judge.read(view, offered))
    arrays, typical = evidence.arrays(judge.schema), judge.runtime.means()
    scores = score(*arrays)
    lead = _lead(scores)
    whole, best = lead.of(scores), lead.best - 1
    facts = Facts(view, evidence.conflict, evidence.candidates[best], offered[best])
    found: list[Reason] = []
    for group, (of_conflict, of_candidate) in _columns(judge.schema).items():
        said = group.say(facts)
        if not said:
            continue
        conflict, candidate = (array.copy() for array in arrays)
        conflict[of_conflict] = typical[0][of_conflict]
        candidate[:, of_candidate] = typical[1][of_candidate]
        strength = whole - lead.of(score(conflict, candidate))
        found.append(Reason(group.name, said, strength))
    if personal is not None:
        found += _personal_reason(personal, view, evidence, scores, lead)
    found.sort(key=lambda one: -abs(one.strength))
    runner_up = offered[lead.next - 1].source if lead.next else None
    return found[:count], whole, runner_up


def _in_order(proposals: Sequence[Proposal]) -> list[Proposal]:
    """As they were offered to the judge: by prior, whatever has ranked them since."""
    from mergeassist.propose.generate import rank

    return sorted(proposals, key=lambda one: -rank(one.sources))


def _lead(scores: Floats) -> _Lead:
    best = 1 + int(scores[1:].argmax())
    others = [at for at in range(len(scores)) if at != best]
    return _Lead(best, max(others, key=lambda at: float(scores[at])))


def _columns(schema: Schema) -> dict[Group, tuple[list[int], list[int]]]:
    """For each group its columns of the conflict and of the candidates; empty ones left out."""
    found: dict[Group, tuple[list[int], list[int]]] = {g: ([], []) for g in (*GROUPS, REST)}
    for at, name in enumerate(schema.conflict):
        found[group_of(name, candidate=False)][0].append(at)
    flags = [f"source:{name}" for name in schema.sources]
    for at, name in enumerate([*schema.candidate, *flags]):
        found[group_of(name, candidate=True)][1].append(at)
    return {group: columns for group, columns in found.items() if any(columns)}


def _personal_reason(
    personal: Personal, view: ConflictView, evidence: Evidence, scores: Floats, lead: _Lead
) -> list[Reason]:
    from mergeassist.judge.personal import features, keys_of

    keys = keys_of(view.file.context)
    strength = lead.of(personal.shift(keys, features(evidence, scores), scores.astype(float)))
    if not strength:
        return []
    text = "so were conflicts of this file, its kind or its author decided here before"
    if strength < 0:
        text = "conflicts of this file, its kind or its author were decided otherwise here before"
    return [Reason("past merges", text, strength)]


def explain_file(
    merged: MergedFile,
    context: Context,
    decisions: Sequence[Decision],
    chosen: Sequence[int],
    personal: Personal | None = None,
) -> list[Explained]:
    """Explain the conflicts `chosen` (from 0) of a file that was decided; lines stay 0."""
    app = importlib.import_module("mergeassist.app.decide")
    judge = app._judge()
    asked = judge is not None and app._config().policy != app.STRUCTURAL
    total = len(merged.conflicts)
    plain = [Explained(context.path, 0, at + 1, total, decisions[at]) for at in chosen]
    if not asked:
        return plain
    from mergeassist.judge.evidence import FileView
    from mergeassist.languages.syntax import language_of
    from mergeassist.propose.generate import propose_file

    if not context.language:
        head = (context.ours or b"")[:200]
        context = context._replace(language=language_of(context.path, head))
    offered, views = propose_file(merged, context), FileView(merged, context).conflicts()
    explained = []
    for one in plain:
        at = one.number - 1
        found, lead, runner_up = explain_proposals(judge, views[at], offered[at], personal)
        explained.append(one._replace(reasons=tuple(found), lead=lead, runner_up=runner_up))
    return explained


def explain_in_work_tree(path: str, line: int, start: Path) -> list[Explained]:
    """The conflicts at a line (from 1) of a conflicted file.

    Raises `UsageError` for a path without conflicts or a line outside of all, `InputError` for
    a file that cannot be led back to the index.
    """
    from mergeassist.app.personal import personal_in
    from mergeassist.app.resolve_tree import WorkTree

    tree = WorkTree(start)
    entries = tree.select([path], start)
    if len(entries) != 1:
        raise UsageError(f"{path}: name one file")
    opened = tree.open(entries[0])
    regions, versions = opened.file.regions, opened.versions
    if regions is None or versions is None:
        raise InputError(path, opened.file.reason, "see mergeassist resolve --list")
    chosen = conflicts_at(regions, line)
    starts = regions.lines()
    if not chosen:
        told = ", ".join(str(at) for at in dict.fromkeys(starts)) or "nowhere"
        raise UsageError(f"{path}:{line} is in no conflict; conflicts begin at line {told}")
    decided = tree.judge(opened)
    context = tree._context(opened.file.path, versions)
    found = explain_file(
        regions.merged, context, decided.decisions, chosen, personal_in(tree.root)
    )
    return [one._replace(line=starts[one.number - 1]) for one in found]


def conflicts_at(regions: Regions, line: int) -> list[int]:
    """The conflicts (from 0) of the open stretch that a line (from 1) stands in."""
    at, first = 1, 0
    for part in regions.parts:
        verbatim = part if isinstance(part, bytes) else part.verbatim
        count = 0 if isinstance(part, bytes) else len(part.conflicts)
        height = verbatim.count(b"\n") + (not verbatim.endswith(b"\n"))
        if count and at <= line < at + height:
            return list(range(first, first + count))
        at += verbatim.count(b"\n")
        first += count
    return []


def lines_of(one: Explained) -> list[str]:
    """An explanation for a terminal."""
    decision = one.decision
    where = f"{one.path}:{one.line}" if one.line else one.path
    told = [f"{where}: conflict {one.number} of {one.total}"]
    if not decision.proposals:
        return [*told, f"nothing is proposed: {decision.reason}"]
    best, *others = decision.proposals
    state = "accepted" if decision.accepted else "proposed, not accepted"
    told.append(f"{state}: {best.source}, {decision.reason}")
    text = best.text.decode("utf-8", "replace").splitlines() or ["(nothing)"]
    told += [f"    {row}" for row in text[:12]]
    if len(text) > 12:
        told.append(f"    … {some(len(text) - 12, 'more line')}")
    rest = [f"{p.source} {p.probability:.2f}" for p in others[:2] if p.probability is not None]
    if rest:
        told.append(f"next: {', '.join(rest)}")
    if one.lead is not None:
        against = one.runner_up or "“none of these”"
        told.append(f"the judge's lead over {against} is {one.lead:.1f} (log-odds); of that")
        told += [f"  {reason.strength:+5.1f}  {reason.text}" for reason in one.reasons]
    return told


def as_record(one: Explained) -> dict[str, Any]:
    """The same for JSON."""
    decision = one.decision
    return {
        "path": one.path, "line": one.line or None, "conflict": one.number, "of": one.total,
        "accepted": decision.accepted, "reason": decision.reason,
        "proposals": [
            {"text": p.text.decode("utf-8", "replace"), "source": p.source, "also": list(p.also),
             "probability": p.probability}
            for p in decision.proposals
        ],
        "lead": None if one.lead is None else round(one.lead, 4), "runner_up": one.runner_up,
        "evidence": [
            {"group": r.group, "text": r.text, "strength": round(r.strength, 4)}
            for r in one.reasons
        ],
    }  # fmt: skip
