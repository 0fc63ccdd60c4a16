"""Equal conflicts of one merge get one judgement.

A version bumped in twenty files or a call renamed in ten is one decision, not twenty.  Conflicts
whose three texts are equal up to white space form a group: for each text that is proposed in it
(up to white space again) the log-odds are averaged, a member that does not propose it counting as
`_ABSENT`; so that the members rank alike and one threshold accepts all of them or none.  Groups up
to renamed words are not made: too little is alike in them (`benchmarks/cohort.py` measures both).

`resolve` has all files at once (`groups_of`, then `joined`; from `app/judging`).  A driver sees one
file in a process: it leaves what it said in a small file of the git directory that stands for this
operation only (`with_earlier`), and never settles a conflict otherwise than its equal was settled
before.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from math import exp, log
from pathlib import Path
from typing import NamedTuple

from mergeassist.core.chunks import Conflict
from mergeassist.core.outcome import Decision, Proposal

MAX_GROUPS = 2000  # kept a operation
_ABSENT = 0.01
_LEAST, _MOST = 1e-4, 1 - 1e-4
_FILE = "cohort"


class Said(NamedTuple):
    """What was said of one group so far: each text's log-odds, added up over the members that
    propose it, and how many these are; the text that was accepted, if one was."""

    members: int
    odds: Mapping[str, tuple[float, int]]
    accepted: str | None = None


def groups_of(files: Iterable[Sequence[Decision]]) -> dict[str, Said]:
    """What is said of each conflict that stands in more than one place, by its key."""
    groups: dict[str, list[Said]] = defaultdict(list)
    for decision in (one for decisions in files for one in decisions):
        said = said_by(decision)
        if said is not None:
            groups[key_of(decision.conflict)].append(said)
    return {key: added(group) for key, group in groups.items() if len(group) > 1}


def joined(
    decisions: Iterable[Decision], groups: Mapping[str, Said], threshold: float
) -> tuple[Decision, ...]:
    """The decisions of one file, ranked and accepted as in `groups_of` all files of the merge.

    What is newly accepted has not been checked in its file: see `app/guards`.
    """
    return tuple(
        rejudged(decision, groups[key], threshold)
        if (key := key_of(decision.conflict)) in groups and said_by(decision) is not None
        else decision
        for decision in decisions
    )


def key_of(conflict: Conflict) -> str:
    """What conflicts that are equal up to white space have in common."""
    return _hash(b"\0\0".join(b"".join(side.split()) for side in conflict.sides))


def form_of(text: bytes) -> str:
    """What texts that are equal up to white space have in common."""
    return _hash(b"".join(text.split()))


def said_by(decision: Decision) -> Said | None:
    """One conflict as a group of its own; `None` where no judge has spoken."""
    odds: dict[str, tuple[float, int]] = {}
    for proposal in decision.proposals:
        if proposal.probability is not None:
            odds.setdefault(form_of(proposal.text), (_log_odds(proposal.probability), 1))
    if not odds:
        return None
    return Said(1, odds, form_of(decision.proposals[0].text) if decision.accepted else None)


def added(group: Iterable[Said]) -> Said:
    """Groups of the same conflict as one; the first accepted text stands."""
    members, accepted = 0, None
    odds: dict[str, tuple[float, int]] = {}
    for said in group:
        members += said.members
        accepted = accepted or said.accepted
        for form, (value, count) in said.odds.items():
            before, many = odds.get(form, (0.0, 0))
            odds[form] = before + value, many + count
    return Said(members, odds, accepted)


def rejudged(decision: Decision, said: Said, threshold: float) -> Decision:
    """The decision with the probabilities of its group, best first."""
    ranked = [_shared(proposal, said) for proposal in decision.proposals]
    total = max(1.0, sum(one.probability or 0.0 for one in ranked))
    ranked = [one._replace(probability=round((one.probability or 0.0) / total, 4))
              for one in ranked]  # fmt: skip
    ranked.sort(key=lambda one: -(one.probability or 0.0))
    best = ranked[0].probability or 0.0
    relation = "at or above" if best >= threshold else "below"
    reason = (f"probability {best:.2f}, together with {said.members - 1} equal conflicts of this "
              f"merge, is {relation} the threshold {threshold:.2f}")  # fmt: skip
    return Decision(decision.conflict, tuple(ranked), best >= threshold, reason)


def _shared(proposal: Proposal, said: Said) -> Proposal:
    value, count = said.odds.get(form_of(proposal.text), (0.0, 0))
    mean = (value + (said.members - count) * _log_odds(_ABSENT)) / said.members
    return proposal._replace(probability=1 / (1 + exp(-mean)))


def with_earlier(
    decisions: tuple[Decision, ...],
    place: str | Path,
    operation: Sequence[str | None],
    threshold: float,
) -> tuple[Decision, ...]:
    """The decisions of one file in the light of the files before it; never raises.

    `place` is the directory that may be written to, `operation` tells it from any other.
    """
    try:
        return _with_earlier(decisions, Path(place) / _FILE, list(operation), threshold)
    except (OSError, ValueError, KeyError, TypeError):
        return decisions


def _with_earlier(
    decisions: tuple[Decision, ...], file: Path, operation: list[str | None], threshold: float
) -> tuple[Decision, ...]:
    earlier = _kept(file, operation)
    found = dict(earlier)
    answers = []
    for decision in decisions:
        key, said = key_of(decision.conflict), said_by(decision)
        before = earlier.get(key)
        if said is not None and before is not None:
            decision = _agreeing(rejudged(decision, added([before, said]), threshold), before)
        if said is not None:
            own = form_of(decision.proposals[0].text) if decision.accepted else None
            group = [found[key]] if key in found else []
            found[key] = added([*group, said._replace(accepted=own)])
        answers.append(decision)
    if found != earlier:
        _keep(file, operation, found)
    return tuple(answers)


def _agreeing(decision: Decision, before: Said) -> Decision:
    """The same, left open where it would be settled otherwise than its equal was."""
    settled = before.accepted
    if decision.accepted and settled and form_of(decision.proposals[0].text) != settled:
        reason = "an equal conflict of this merge was settled in another way"
        return decision._replace(accepted=False, reason=reason)
    return decision


def _kept(file: Path, operation: list[str | None]) -> dict[str, Said]:
    try:
        kept = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if kept["operation"] != operation:
        return {}
    return {
        key: Said(members, {form: (value, count) for form, (value, count) in odds.items()}, text)
        for key, (members, odds, text) in kept["groups"].items()
    }


def _keep(file: Path, operation: list[str | None], groups: Mapping[str, Said]) -> None:
    newest = dict(list(groups.items())[-MAX_GROUPS:])
    file.parent.mkdir(exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}")
    part.write_text(json.dumps({"operation": operation, "groups": newest}), "utf-8")
    part.replace(file)


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()


def _log_odds(probability: float) -> float:
    within = min(max(probability, _LEAST), _MOST)
    return log(within / (1 - within))
