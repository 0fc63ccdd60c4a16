"""The plot of a Pareto front: one self-contained HTML page with SVG, two metrics at a time."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import combinations

from mergeassist.params.pareto import Point, Study

WIDTH, HEIGHT, EDGE = 460, 340, 56
_STYLE = """
body{font:14px system-ui,sans-serif;margin:2em;color:#222;background:#fff}
table{border-collapse:collapse;margin:1em 0}td,th{padding:2px 10px;text-align:right}
.m{fill:#1f6feb}.e{fill:#bbb}.p{fill:none;stroke:#1f6feb}.c{fill:#d1242f}
line{stroke:#999}text{font-size:11px;fill:currentColor}
@media(prefers-color-scheme:dark){body{background:#16181c;color:#ddd}}
"""


def render(study: Study, chosen: Point, models: Sequence[str]) -> str:
    """The page as text; it loads nothing from elsewhere."""
    plots = "".join(_plot(study, chosen, *pair) for pair in combinations(study.metrics, 2))
    head = "".join(f"<th>{html.escape(name)}" for name in (*models, *study.metrics))
    rows = "".join(_row(point, point == chosen) for point in study.front)
    errors = ", ".join(f"{html.escape(n)} {e:.4g}" for n, e in study.errors.items())
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Pareto front</title>"
        f"<style>{_STYLE}</style><h1>What merges of {len(models)} models can reach</h1>"
        "<p>Filled: evaluated, blue where nothing evaluated beats it; rings: predicted; red: "
        f"chosen. The surrogate misses the evaluated points by {errors} (root mean square).</p>"
        f"{plots}<table><thead><tr>{head}<th></thead>{rows}</table></html>\n"
    )


def _row(point: Point, chosen: bool) -> str:
    cells = "".join(f"<td>{w:.3f}" for w in point.weights)
    cells += "".join(f"<td>{value:.4f}" for value in point.metrics.values())
    return f"<tr>{cells}<td>{'evaluated' if point.measured else 'predicted'}" + (
        ", chosen" if chosen else ""
    )


def _plot(study: Study, chosen: Point, across: str, up: str) -> str:
    every = (*study.evaluated, *study.front)
    xs, ys = ([point.metrics[name] for point in every] for name in (across, up))

    def place(point: Point) -> tuple[float, float]:
        x = _share(point.metrics[across], xs) * (WIDTH - 2 * EDGE) + EDGE
        return x, HEIGHT - EDGE - _share(point.metrics[up], ys) * (HEIGHT - 2 * EDGE)

    best = {point.weights for point in study.front if point.measured}
    marks = []
    for point in every:
        x, y = place(point)
        kind = "p" if not point.measured else "m" if point.weights in best else "e"
        marks.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
    x, y = place(chosen)
    marks.append(f'<circle class="c" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
    right, floor = WIDTH - EDGE, HEIGHT - EDGE
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{html.escape(across)} '
        f'against {html.escape(up)}"><line x1="{EDGE}" y1="{floor}" x2="{right}" y2="{floor}"/>'
        f'<line x1="{EDGE}" y1="{EDGE}" x2="{EDGE}" y2="{floor}"/>'
        f'<text x="{EDGE}" y="{floor + 16}">{min(xs):.3f}</text>'
        f'<text x="{right}" y="{floor + 16}" text-anchor="end">{max(xs):.3f}</text>'
        f'<text x="{WIDTH / 2}" y="{floor + 34}" text-anchor="middle">{html.escape(across)}</text>'
        f'<text x="{EDGE - 6}" y="{floor}" text-anchor="end">{min(ys):.3f}</text>'
        f'<text x="{EDGE - 6}" y="{EDGE + 4}" text-anchor="end">{max(ys):.3f}</text>'
        f'<text x="{EDGE}" y="{EDGE - 14}">{html.escape(up)}</text>{"".join(marks)}</svg>'
    )


def _share(value: float, values: Sequence[float]) -> float:
    span = max(values) - min(values)
    return (value - min(values)) / span if span else 0.5
