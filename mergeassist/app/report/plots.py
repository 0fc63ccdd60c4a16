"""Reliability and coverage as drawings in the page's own colours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mergeassist.app.report.template import safe

_SIDE, _LEFT, _TOP, _BOTTOM = 320, 46, 12, 44
_WIDTH, _HEIGHT = _LEFT + _SIDE + 14, _TOP + _SIDE + _BOTTOM


class Point(NamedTuple):
    """Accepting from `threshold` on: the share accepted, and the share of it that is right."""

    threshold: float
    coverage: float
    precision: float | None


def reliability(found: Mapping[str, Any]) -> str:
    """What was said against what was, a dot a bin; on the diagonal probabilities hold."""
    most = max((row["conflicts"] for row in found["bins"]), default=1)
    dots = "".join(
        f'<circle class="dot" cx="{_x(row["said"]):.1f}" cy="{_y(row["was"]):.1f}" '
        f'r="{3 + 5 * row["conflicts"] / most:.1f}"><title>said {row["said"]:.2f}, was '
        f"{row['was']:.2f}, {row['conflicts']} conflicts</title></circle>"
        for row in found["bins"]
    )
    ideal = f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
    label = "reliability: share right against probability said"
    caption = (
        f"Reliability. Expected calibration error {found['error']:.3f}: on the diagonal, "
        "a probability is the share that is right."
    )
    return _figure(label, ideal + dots, ("probability said", "share as committed"), caption)


def coverage(points: Sequence[Point], now: float | None = None) -> str:
    """Share accepted and share right of it for every threshold; `now` marks the one in force."""
    accepted = " ".join(f"{_x(p.threshold):.1f},{_y(p.coverage):.1f}" for p in points)
    right = " ".join(f"{_x(p.threshold):.1f},{_y(p.precision):.1f}"
                     for p in points if p.precision is not None)  # fmt: skip
    mark = "" if now is None else (
        f'<line class="now" x1="{_x(now):.1f}" y1="{_y(0)}" x2="{_x(now):.1f}" y2="{_y(1)}">'
        f"<title>in force: {now:.2f}</title></line>"
    )  # fmt: skip
    lines = (
        f'{mark}<polyline class="all" points="{accepted}"/>'
        f'<polyline class="right" points="{right}"/>'
    )
    caption = (
        "Coverage. Dashed: the share of conflicts that a threshold resolves; solid: the "
        "share of these that is as committed"
        + ("" if now is None else "; dotted: the least probability accepted now")
        + "."
    )
    return _figure("coverage and precision against threshold", lines,
                   ("threshold", "share"), caption)  # fmt: skip


def _figure(label: str, inside: str, axes: tuple[str, str], caption: str) -> str:
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{safe(label)}">'
        f'<rect class="frame" x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}"/>'
        f"{''.join(_axes(axes))}{inside}</svg><figcaption>{safe(caption)}</figcaption></figure>"
    )


def _axes(names: tuple[str, str]) -> Iterator[str]:
    for mark in (0, 0.25, 0.5, 0.75, 1):
        yield (
            f'<text x="{_x(mark):.0f}" y="{_TOP + _SIDE + 16}" text-anchor="middle">{mark:g}</text>'
        )
        yield f'<text x="{_LEFT - 6}" y="{_y(mark) + 4:.0f}" text-anchor="end">{mark:g}</text>'
        if 0 < mark < 1:
            yield (f'<path class="frame" d="M{_x(mark):.0f} {_y(0)}v-5M{_x(0)} {_y(mark):.0f}h5"/>')
    yield (
        f'<text x="{_x(0.5):.0f}" y="{_HEIGHT - 6}" text-anchor="middle">{names[0]}</text>'
        f'<text text-anchor="middle" transform="translate(12 {_y(0.5):.0f}) rotate(-90)">'
        f"{names[1]}</text>"
    )


def _x(value: float) -> float:
    return _LEFT + value * _SIDE


def _y(value: float) -> float:
    return _TOP + (1 - value) * _SIDE
