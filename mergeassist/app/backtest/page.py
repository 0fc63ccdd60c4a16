"""The backtest as one HTML page: figures, plots, and its conflicts beside what was committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mergeassist.app.backtest.figures import at, command, wrong
from mergeassist.app.backtest.replay import Tried
from mergeassist.app.report import conflicts, plots
from mergeassist.app.report.conflicts import Entry, Status
from mergeassist.app.report.merges import of_decision
from mergeassist.app.report.template import Table, count, document, safe, share, table

MAX_WRONG = 200
MAX_OTHERS = 200  # of those that are not wrong, the surest

_WRONG = Status("resolved otherwise", "bad")
_RIGHT = Status("resolved as committed", "good")
_LEFT_RIGHT = Status("left, first was right", "ask")
_LEFT_WRONG = Status("left, first was not right", "calm")
_GRID = [step / 50 for step in range(51)]


def page(figures: Mapping[str, Any], tried: list[Tried], title: str) -> str:
    """The whole page; `title` names the repository."""
    title = f"mergeassist backtest: {title}"
    surest = sorted(tried, key=lambda one: -(one.scored.probability or 0.0))
    missed = wrong(tried)
    others = [one for one in surest if not (one.decision.accepted and not one.right)]
    entries = [_entry(one) for one in (*missed[:MAX_WRONG], *others[:MAX_OTHERS])]
    left_out = len(tried) - len(entries)
    body = [
        f"<header><h1>{safe(title)}</h1>",
        f"<p>{count(figures['with_ground_truth'], 'conflict')} of "
        f"{count(figures['files'], 'file')} in {count(figures['merges'], 'merge')}, each decided "
        "with what was known before it was committed.</p>",
        *(f'<p class="note">Note: {safe(note)}</p>' for note in figures["notes"]),
        table(_summary(figures)),
        "</header>",
        *_plots(figures, tried),
        '<div class="plots"><section><h2>Thresholds</h2>',
        table(_thresholds(figures["thresholds"])),
        "</section><section><h2>Seen before</h2>",
        table(_seen(figures["seen"])),
        "</section></div>",
        f"<h2>Accepted, and committed otherwise: {len(missed)}</h2>",
        "<p>They come first; the others follow, surest first. People also mix other edits into a "
        "merge, so not every one of them is a mistake.</p>",
        conflicts.tally(entries),
        *([f'<p class="note">{count(left_out, "conflict")} left out.</p>'] if left_out else []),
        conflicts.LEGEND if entries else "",
        *conflicts.section(entries),
    ]
    return document(title, body)


def _entry(one: Tried) -> Entry:
    accepted, right = one.decision.accepted, one.right
    status = (_RIGHT if right else _WRONG) if accepted else _LEFT_RIGHT if right else _LEFT_WRONG
    entry = of_decision(one.path, f", conflict {one.place + 1} of {one.merge[:12]}",
                        one.decision, status)  # fmt: skip
    shown = () if right else (("committed", one.committed),)
    return entry._replace(shown=(*entry.shown, *shown), others=(), commands=(command(one),))


def _summary(figures: Mapping[str, Any]) -> Table:
    policy, offered = figures["policy"], figures["offer"]
    return Table(("", ""), [
        ("accepted by the policy in force", share(policy["coverage"])),
        ("of these as committed", share(policy["precision"])),
        ("first proposal as committed", share(figures["first"])),
        ("among the first three", share(figures["first_three"])),
        ("among all proposals", share(figures["oracle"])),
        (
            f"threshold for a risk of {figures['risk']:.0%}",
            "none holds" if offered is None else f"{offered['threshold']:.2f}",
        ),
    ])  # fmt: skip


def _plots(figures: Mapping[str, Any], tried: list[Tried]) -> list[str]:
    found = figures["calibration"]
    if found is None:
        return ["<p>No judge is installed, so there are no probabilities to check.</p>"]
    points = [plots.Point(p.threshold, p.coverage, p.precision)
              for p in (at(tried, threshold) for threshold in _GRID)]  # fmt: skip
    policy = figures["policy"]
    now = policy["threshold"] if policy["accepted"] else None
    return ['<div class="plots">', plots.reliability(found), plots.coverage(points, now), "</div>"]


def _thresholds(rows: Sequence[Mapping[str, Any]]) -> Table:
    return Table(("from", "conflicts", "accepted", "precision"), [
        (f"{row['threshold']:.2f}", str(row["accepted"]), share(row["coverage"]),
         share(row["precision"]))
        for row in rows
    ])  # fmt: skip


def _seen(rows: Mapping[str, Mapping[str, int]]) -> Table:
    return Table(("level", "conflicts", "right"), [
        (level, str(row["seen"]), share(row["right"] / row["seen"] if row["seen"] else None))
        for level, row in rows.items()
    ])  # fmt: skip
