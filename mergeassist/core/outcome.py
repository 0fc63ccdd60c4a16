"""What the pipeline says about one conflict: proposals, then a decision."""

from __future__ import annotations

from typing import NamedTuple

from mergeassist.core.chunks import Conflict


class Proposal(NamedTuple):
    """A candidate text for one conflict.

    `source` is the kebab-case name of the pattern or rule that printed it first, `also` the
    other names that print the same text.  `probability` is `None` until a judge has spoken.
    """

    text: bytes
    source: str
    also: tuple[str, ...] = ()
    probability: float | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Every pattern or rule that prints this text."""
        return (self.source, *self.also)


class Decision(NamedTuple):
    """Ranked proposals for one conflict, best first, and whether the first is accepted."""

    conflict: Conflict
    proposals: tuple[Proposal, ...]
    accepted: bool
    reason: str

    @property
    def text(self) -> bytes | None:
        """The accepted text, or `None` where the conflict stands."""
        return self.proposals[0].text if self.accepted else None
