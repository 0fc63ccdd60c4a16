"""The backtest as one HTML page: no script, no request, every text of the repository escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from mergeassist.app.backtest.figures import command, wrong
from mergeassist.app.backtest.replay import Tried

MAX_WRONG = 200
_MAX_TEXT = 2000
_SIDE, _EDGE = 320, 40  # of the plot, in units of the drawing
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; background: #fff }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #ddd }
th:first-child, td:first-child { text-align: left }
pre { background: #f4f4f4; padding: .5rem; overflow-x: auto; margin: .2rem 0 .8rem }
svg { max-width: 24rem } code { overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #181818 } pre { background: #262626 } svg { filter: invert(.85) }
}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(figures: Mapping[str, Any], tried: list[Tried], title: str) -> str:
    """The whole page; `title` names the repository."""
    count = figures["with_ground_truth"]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>mergeassist backtest: {escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>mergeassist backtest: {escape(title)}</h1>",
        f"<p>{count} conflicts of {figures['files']} files in {figures['merges']} merges, each "
        "decided with what was known before it was committed.</p>",
        *(f"<p>Note: {escape(note)}</p>" for note in figures["notes"]),
        _summary(figures),
        *_reliability(figures["calibration"]),
        _thresholds(figures["thresholds"]),
        _seen(figures["seen"]),
        *_wrong(wrong(tried)),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _summary(figures: Mapping[str, Any]) -> str:
    policy, offered = figures["policy"], figures["offer"]
    rows = [
        ("accepted by the policy in force", share(policy["coverage"])),
        ("of these as committed", share(policy["precision"])),
        ("first proposal as committed", share(figures["first"])),
        ("among the first three", share(figures["first_three"])),
        ("among all proposals", share(figures["oracle"])),
        (
            f"threshold for a risk of {figures['risk']:.0%}",
            "none holds" if offered is None else f"{offered['threshold']:.2f}",
        ),
    ]
    return _table(("", ""), rows)


def _thresholds(rows: Sequence[Mapping[str, Any]]) -> str:
    cells = [
        (f"{row['threshold']:.2f}", str(row["accepted"]), share(row["coverage"]),
         share(row["precision"]))
        for row in rows
    ]  # fmt: skip
    return "<h2>Thresholds</h2>" + _table(("from", "conflicts", "accepted", "precision"), cells)


def _seen(rows: Mapping[str, Mapping[str, int]]) -> str:
    cells = [
        (level, str(row["seen"]), share(row["right"] / row["seen"] if row["seen"] else None))
        for level, row in rows.items()
    ]
    return "<h2>Seen before</h2>" + _table(("level", "conflicts", "right"), cells)


def _reliability(found: Mapping[str, Any] | None) -> list[str]:
    """The plot: what was said against what was, one dot a bin, the diagonal is perfect."""
    if found is None:
        return ["<p>No judge is installed, so there are no probabilities to check.</p>"]
    low, high = _EDGE, _EDGE + _SIDE
    whole = high + _EDGE
    lines = [
        "<h2>Reliability</h2>",
        f"<p>Expected calibration error {found['error']:.3f}.</p>",
        f'<svg viewBox="0 0 {whole} {whole}" role="img" aria-label="reliability plot">',
        f'<rect x="{low}" y="{low}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#888"/>',
        f'<line x1="{low}" y1="{high}" x2="{high}" y2="{low}" stroke="#aaa" '
        'stroke-dasharray="4"/>',
    ]
    most = max((row["conflicts"] for row in found["bins"]), default=1)
    for row in found["bins"]:
        x, y = low + row["said"] * _SIDE, high - row["was"] * _SIDE
        radius = 3 + 5 * row["conflicts"] / most
        lines.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#26c" fill-opacity=".7">'
            f"<title>said {row['said']:.2f}, was {row['was']:.2f}, {row['conflicts']} conflicts"
            "</title></circle>"
        )
    for mark in (0, 0.5, 1):
        x, y = low + mark * _SIDE, high - mark * _SIDE
        lines.append(f'<text x="{x:.0f}" y="{high + 16}" font-size="11" text-anchor="middle">'
                     f"{mark:g}</text>")
        lines.append(f'<text x="{low - 6}" y="{y + 4:.0f}" font-size="11" text-anchor="end">'
                     f"{mark:g}</text>")
    middle = low + _SIDE // 2
    lines += [
        f'<text x="{middle}" y="{whole - 6}" font-size="12" text-anchor="middle">probability '
        "said</text>",
        f'<text x="12" y="{middle}" font-size="12" text-anchor="middle" '
        f'transform="rotate(-90 12 {middle})">share as committed</text>',
        "</svg>",
    ]
    return lines


def _wrong(found: list[Tried]) -> list[str]:
    lines = [f"<h2>Accepted, and committed otherwise: {len(found)}</h2>"]
    for one in found[:MAX_WRONG]:
        best = one.decision.proposals[0]
        lines.append(
            f"<details><summary>{one.scored.probability or 0:.2f} <code>{escape(one.path)}"
            f"</code> in {one.merge[:12]}, {escape(best.source)}</summary>"
            f"<p><code>{escape(command(one))}</code></p>"
        )
        texts = (("ours", one.sides.ours), ("base", one.sides.base), ("theirs", one.sides.theirs),
                 ("proposed", best.text), ("committed", one.committed))  # fmt: skip
        lines += [f"{name}<pre>{_text(text)}</pre>" for name, text in texts]
        lines.append("</details>")
    if len(found) > MAX_WRONG:
        lines.append(f"<p>{len(found) - MAX_WRONG} more are left out.</p>")
    return lines


def _text(text: bytes) -> str:
    shown = text[:_MAX_TEXT].decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return escape(shown) + ("\n…" if len(text) > _MAX_TEXT else "")


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def share(value: float | None) -> str:
    """A share for people; a dash where there is none."""
    return "–" if value is None else f"{value:.1%}"
