"""One file with conflicts in, one decision a conflict out: propose, judge, policy."""

from __future__ import annotations

from mergeassist.core.chunks import MergedFile
from mergeassist.core.outcome import Decision
from mergeassist.propose.context import Context
from mergeassist.propose.generate import propose_file


def decide(
    merged: MergedFile, context: Context, *, min_probability: float | None = None
) -> tuple[Decision, ...]:
    """Ranked proposals for every conflict of `merged`, top to bottom.

    `min_probability` overrides the configured acceptance threshold (0 to 1).
    """
    return tuple(
        Decision(conflict, proposals, False, "no judge")
        for conflict, proposals in zip(
            merged.conflicts, propose_file(merged, context), strict=True
        )
    )
