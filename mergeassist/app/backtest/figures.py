"""What a backtest says: shares, calibration, the wrong ones, and a threshold that holds."""

from __future__ import annotations

import shlex
from math import exp, lgamma, log, log1p
from typing import Any, NamedTuple

from mergeassist.app.backtest.replay import Result, Tried
from mergeassist.app.evaluate import calibration
from mergeassist.core.tokens import trimmed
from mergeassist.propose.seen import LEVELS

SCHEMA = "mergeassist.backtest/1"
_UNSURE = 0.1  # the chance to pass a threshold that is wrong more often than asked for
_GRID = [at / 100 for at in range(99, 29, -1)]


class At(NamedTuple):
    """Accepting from `threshold` on: how many of all, and how many of them as committed."""

    threshold: float
    accepted: int
    right: int
    of: int

    @property
    def coverage(self) -> float:
        """The share of all conflicts that is accepted."""
        return self.accepted / self.of if self.of else 0.0

    @property
    def precision(self) -> float | None:
        """The share of the accepted that is right; `None` where nothing is."""
        return self.right / self.accepted if self.accepted else None


def at(tried: list[Tried], threshold: float) -> At:
    """Count what a threshold accepts."""
    accepted = [one for one in tried if (one.scored.probability or 0.0) >= threshold]
    return At(threshold, len(accepted), sum(one.right for one in accepted), len(tried))


def as_configured(tried: list[Tried]) -> At:
    """Count what the policy in force accepted; `threshold` is the least accepted probability."""
    accepted = [one for one in tried if one.decision.accepted]
    least = min((one.scored.probability or 0.0 for one in accepted), default=1.0)
    return At(least, len(accepted), sum(one.right for one in accepted), len(tried))


def offer(tried: list[Tried], risk: float) -> At | None:
    """The lowest threshold whose share of wrong answers is at most `risk`, with 90 % confidence.

    A binomial test a threshold, so few conflicts prove nothing; the tests are nested and alike,
    and no correction is made for their number.  `None` where none passes.
    """
    best = None
    for found in (at(tried, threshold) for threshold in _GRID):
        if _chance(found.accepted - found.right, found.accepted, risk) <= _UNSURE:
            best = found
    return best


def _chance(wrong: int, of: int, risk: float) -> float:
    """The chance of at most `wrong` errors in `of` where each has probability `risk`."""
    if not 0 < risk < 1:
        return float(risk <= 0)
    return sum(
        exp(lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1)
            + k * log(risk) + (of - k) * log1p(-risk))
        for k in range(wrong + 1)
    )


def seen_rows(tried: list[Tried]) -> dict[str, dict[str, int]]:
    """For each level: how many conflicts had been seen, and how often the memory was right."""
    rows = {level: {"seen": 0, "right": 0, "agreed": 0, "agreed_right": 0} for level in LEVELS}
    for one in tried:
        if one.seen is None:
            continue
        right = trimmed(one.seen.text) == trimmed(one.committed)
        row = rows[one.seen.level]
        row["seen"] += 1
        row["right"] += right
        if one.seen.agreeing == one.seen.of:
            row["agreed"] += 1
            row["agreed_right"] += right
    return rows


def wrong(tried: list[Tried]) -> list[Tried]:
    """What was accepted and is not what was committed, surest first."""
    found = [one for one in tried if one.decision.accepted and not one.right]
    return sorted(found, key=lambda one: -(one.scored.probability or 0.0))


def command(one: Tried) -> str:
    """The command that shows a conflict, ready for a shell."""
    return f"mergeassist backtest --show {shlex.quote(one.name)}"


def figures(result: Result, risk: float) -> dict[str, Any]:
    """Everything as plain data: what `--json` writes and the page is drawn from."""
    tried = result.tried
    count = len(tried)
    offered = offer(tried, risk)
    return {
        "schema": SCHEMA,
        "merges": result.merges,
        "files": result.files,
        "conflicts": count + result.unknown,
        "with_ground_truth": count,
        "first": _share(sum(one.right for one in tried), count),
        "first_three": _share(sum(one.scored.first_three for one in tried), count),
        "oracle": _share(sum(one.scored.oracle for one in tried), count),
        "judged": any(one.scored.probability is not None for one in tried),
        "policy": _plain(as_configured(tried)),
        "thresholds": [_plain(at(tried, t)) for t in (0.95, 0.9, 0.8, 0.7, 0.6, 0.5)],
        "risk": risk,
        "offer": None if offered is None else _plain(offered),
        "calibration": calibration([one.scored for one in tried]),
        "seen": seen_rows(tried),
        "wrong": [
            {
                "merge": one.merge,
                "path": one.path,
                "number": one.place + 1,
                "probability": one.scored.probability,
                "source": one.decision.proposals[0].source,
                "command": command(one),
            }
            for one in wrong(tried)
        ],
        "notes": list(result.notes),
    }


def _plain(found: At) -> dict[str, Any]:
    return {**found._asdict(), "coverage": found.coverage, "precision": found.precision}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
