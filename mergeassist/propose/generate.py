"""One conflict in, a short ranked list of distinct candidate texts out.

Candidates that print the same text (after trimming line ends and outer blank lines) are one
proposal with several sources; the list is cut by the sources' prior weight, so that the judge
reads few candidates; what the cut costs of oracle coverage is in training/LOG.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from math import inf
from time import monotonic

from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Proposal
from mergeassist.core.tokens import trimmed
from mergeassist.propose.context import Context
from mergeassist.propose.layout import layout_patterns
from mergeassist.propose.parts import part_patterns
from mergeassist.propose.patterns import (
    Candidate,
    line_patterns,
    sub_line_patterns,
    token_patterns,
)
from mergeassist.propose.priors import WEIGHTS, YOUNGER
from mergeassist.propose.structure import propose_structure
from mergeassist.propose.transfer import propose_transfer
from mergeassist.propose.unions import (
    joined_patterns,
    two_way_mixtures,
    two_way_patterns,
    union_patterns,
)

MAX_PROPOSALS = 18
MAX_BYTES = 200_000  # a larger region gets the line primitives only

Proposer = Callable[[Merge[bytes]], Iterator[Candidate]]
FileProposer = Callable[[tuple[Conflict, ...], MergedFile, Context], list[list[Proposal]]]

PROPOSERS: tuple[Proposer, ...] = (
    line_patterns,
    token_patterns,
    sub_line_patterns,
    union_patterns,
    layout_patterns,
    joined_patterns,
    two_way_patterns,
    two_way_mixtures,
    part_patterns,
)

FILE_PROPOSERS: tuple[FileProposer, ...] = (propose_transfer, propose_structure)


def propose(
    sides: Merge[bytes], extra: Iterable[Proposal] = (), *, quick: bool = False
) -> tuple[Proposal, ...]:
    """At most `MAX_PROPOSALS` distinct proposals for one conflict, likeliest pattern first.

    `extra` holds proposals found with the whole file in view (structure, history); `quick`
    leaves it at the line primitives.
    """
    texts: dict[bytes, bytes] = {}
    sources: dict[bytes, list[str]] = {}
    for source, text in (*_patterns(sides, quick), *((p.source, p.text) for p in extra)):
        key = trimmed(text)
        texts.setdefault(key, text)
        names = sources.setdefault(key, [])
        if source not in names:
            names.append(source)
    ranked = sorted(sources, key=lambda key: -rank(sources[key]))[:MAX_PROPOSALS]
    return tuple(Proposal(texts[key], sources[key][0], tuple(sources[key][1:])) for key in ranked)


def _patterns(sides: Merge[bytes], quick: bool) -> Iterator[Candidate]:
    quick = quick or sum(map(len, sides)) > MAX_BYTES
    for proposer in PROPOSERS[:1] if quick else PROPOSERS:
        yield from proposer(sides)


def prior(sources: Iterable[str]) -> float:
    """The log-weight of a text printed by these patterns."""
    return sum(WEIGHTS.get(source, 0.0) for source in sources)


def rank(sources: Iterable[str]) -> float:
    """The log-weight by which the list is cut and offered to the judge."""
    return prior(sources) + sum(YOUNGER.get(source, 0.0) for source in sources)


def propose_file(
    merged: MergedFile, context: Context, *, deadline: float = inf
) -> tuple[tuple[Proposal, ...], ...]:
    """Proposals for every conflict of a file, top to bottom.

    Past `deadline` (seconds of `time.monotonic`) a conflict gets the line primitives only.
    """
    conflicts = merged.conflicts
    found: list[tuple[Proposal, ...]] = []
    extra = [proposer(conflicts, merged, context) for proposer in FILE_PROPOSERS]
    for at, conflict in enumerate(conflicts):
        late = monotonic() > deadline
        more = () if late else chain.from_iterable(lists[at] for lists in extra)
        found.append(propose(conflict.sides, more, quick=late))
    return tuple(found)
