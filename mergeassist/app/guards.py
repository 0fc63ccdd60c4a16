"""The last check before an accepted text is believed: the file must still parse.

Hunks that were accepted stand in place, the open ones read as ours; where the three versions and
ours in every hunk parse, the result must too.
"""

from __future__ import annotations

from collections.abc import Sequence

from mergeassist.core.chunks import MergedFile
from mergeassist.core.outcome import Decision
from mergeassist.languages.syntax import parses
from mergeassist.propose.context import Context


def still_parses(
    merged: MergedFile, decisions: Sequence[Decision], context: Context
) -> bool | None:
    """Whether the file parses with what was accepted.

    `None` where nothing was, or where that cannot be told: no grammar, or an input is broken.
    """
    if not any(decision.accepted for decision in decisions):
        return None
    versions = [v for v in (context.base, context.ours, context.theirs) if v is not None]
    ours = merged.side("ours")
    if not all(parses(context.language, text, context.path) for text in [*versions, ours]):
        return None
    result = merged.replace(
        lambda at, conflict: text if (text := decisions[at].text) is not None else conflict.ours
    )
    return parses(context.language, result.settled() or b"", context.path)


def withdraw_what_breaks(
    merged: MergedFile, decisions: tuple[Decision, ...], context: Context
) -> tuple[Decision, ...]:
    """The decisions, with nothing accepted where the file would no longer parse."""
    if still_parses(merged, decisions, context) is not False:
        return decisions
    return tuple(
        decision._replace(accepted=False, reason="the file would no longer parse")
        if decision.accepted
        else decision
        for decision in decisions
    )
