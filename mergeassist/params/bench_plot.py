"""The plot of `models bench`: what each method reaches as more experts are merged, as one SVG."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import pairwise

from mergeassist.params.bench import BASE, ONE, PLAIN, Row, chosen, ranked

WIDTH, HEIGHT, EDGE, NAMES = 640, 400, 48, 170
BEST = 6
COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#bf3989", "#57606a", "#0a7ea4")
_STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#333}polyline,line{fill:none;stroke-width:1.5}"
    "@media(prefers-color-scheme:dark){text{fill:#ccc}}"
)


def render(rows: Sequence[Row], titles: Sequence[str] = ()) -> str:
    """Lines of the best methods, plain averaging and the references; bars span the seeds.

    Drawn are gains over plain averaging of the same models: seeds merge other tasks.
    `titles` name the places from left to right, by default the numbers of experts.
    """
    counts = sorted({row.experts for row in rows})
    titles = titles or [f"{n} experts" for n in counts]
    names = [n for n in ranked(rows, counts[len(counts) // 2]) if n not in (BASE, ONE, PLAIN)]
    shown = [*names[:BEST], *(n for n in (PLAIN, ONE, BASE) if any(r.method == n for r in rows))]
    plain = {(r.seed, r.experts): r.normalised for r in rows if r.tuned and r.method == PLAIN}
    found = [row._replace(normalised=row.normalised - plain.get((row.seed, row.experts), 0.0))
             for row in rows if row.method in shown and row.tuned]  # fmt: skip
    low, high = (f(row.normalised for row in found) for f in (min, max))
    span = (high - low) or 1.0

    def x(count: int) -> float:
        return EDGE + (WIDTH - EDGE - NAMES) * counts.index(count) / max(1, len(counts) - 1)

    def y(value: float) -> float:
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / span

    parts = [_line(x(counts[0]), y(v), x(counts[-1]), y(v), "#ddd") + _text(4, y(v) + 4, f"{v:.2f}")
             for v in (low, low + span / 2, high)]  # fmt: skip
    parts += [_text(x(n), HEIGHT - EDGE + 18, title)
              for n, title in zip(counts, titles, strict=True)]  # fmt: skip
    labels = _apart([y(_mean(found, name, counts[-1])) for name in shown])
    for i, (name, label) in enumerate(zip(shown, labels, strict=True)):
        colour = COLOURS[i % len(COLOURS)]
        at = [(x(n) + 3 * (i - 4), n) for n in counts if chosen(found, name, n, True)]
        points = " ".join(f"{px:.1f},{y(_mean(found, name, n)):.1f}" for px, n in at)
        parts.append(f'<polyline points="{points}" stroke="{colour}"/>')
        for px, n in at:
            values = [row.normalised for row in chosen(found, name, n, True)]
            parts.append(_line(px, y(min(values)), px, y(max(values)), colour))
        parts.append(_line(x(counts[-1]) + 26, label - 4, x(counts[-1]) + 38, label - 4, colour))
        parts.append(_text(x(counts[-1]) + 42, label, name))
    title = f"normalised accuracy over {PLAIN}, lambda chosen"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="normalised accuracy by number of experts"><style>{_STYLE}</style>'
        f"{_text(4, 16, title)}{''.join(parts)}</svg>\n"
    )


def _mean(rows: Sequence[Row], name: str, count: int) -> float:
    values = [row.normalised for row in chosen(rows, name, count, True)]
    return sum(values) / len(values) if values else min(row.normalised for row in rows)


def _apart(heights: Sequence[float], gap: float = 14) -> list[float]:
    """The heights moved so that labels do not overlap, from the top down."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    found = list(heights)
    for before, after in pairwise(order):
        found[after] = max(found[after], found[before] + gap)
    return found


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}">{html.escape(text)}</text>'
