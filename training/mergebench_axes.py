"""Two axes of "What Matters at Scale" on the merge benchmark: the base's quality, the models' size.

    python -m training.mergebench_axes training/mergebench-axes.jsonl [--plots docs/methods-bench]

Reads what `models bench --rows` kept of folders that `training.mergebench make --early` and
`--size` made; prints a Markdown table, methods by setting, and draws PREFIX-base.svg and
PREFIX-width.svg.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mergeassist.params import bench_plot
from mergeassist.params.bench import (
    PLAIN,
    REFERENCES,
    Row,
    chosen,
    gains,
    ranked,
    read_rows,
    spread,
)
from training.mergebench import USUAL, WIDTHS

WIDTH = WIDTHS[USUAL][0]


class Setting(NamedTuple):
    """Where a folder of the bench stands; 0 steps: the base's whole training."""

    width: int
    steps: int

    @property
    def title(self) -> str:
        """A column's heading."""
        return f"{self.width} wide, base " + (f"at step {self.steps}" if self.steps else "trained")


def setting_of(folder: str) -> Setting:
    """What `mergebench.folder_of` says in a folder's name."""
    width, steps = (re.search(rf"-{word}-(\d+)", folder) for word in ("width", "base"))
    return Setting(int(width[1]) if width else WIDTH, int(steps[1]) if steps else 0)


def axes(rows: Sequence[Row]) -> tuple[list[Setting], list[Setting]]:
    """The settings of the usual width by the base's steps, and of trained bases by width."""
    found = {setting_of(row.seed) for row in rows}
    by_steps = sorted((s for s in found if s.width == WIDTH), key=lambda s: s.steps or 10**9)
    return by_steps, sorted(s for s in found if not s.steps)


def table(rows: Sequence[Row]) -> list[str]:
    """Markdown: gains over plain averaging at default settings and, where that differs, with lambda
    chosen, mean ± half the range over the seeds; accuracies of averaging itself, base and experts.
    """
    count = max(row.experts for row in rows)
    by_steps, by_width = axes(rows)
    settings = list(dict.fromkeys([*by_steps, *by_width]))
    of = {s: [row for row in rows if setting_of(row.seed) == s] for s in settings}
    lines = ["| method | " + " | ".join(s.title for s in settings) + " |",
             "|---" * (1 + len(settings)) + "|"]  # fmt: skip
    for name in ranked(of[Setting(WIDTH, 0)], count):
        show = _accuracy if name in (*REFERENCES, PLAIN) else _gain
        cells = [show(of[s], name, count) for s in settings]
        shown = f"{name}, accuracy" if name in REFERENCES else f"`{name}`"
        shown += ", accuracy" if name == PLAIN else ""
        lines.append(f"| {shown} | " + " | ".join(cells) + " |")
    best = [_best(of[s], count) for s in settings]
    return [*lines, "| best, lambda chosen | " + " | ".join(best) + " |"]


def _accuracy(rows: Sequence[Row], name: str, count: int) -> str:
    return spread([row.normalised for row in chosen(rows, name, count, True)])


def _gain(rows: Sequence[Row], name: str, count: int) -> str:
    found = [spread(gains(rows, name, count, tuned), "+.3f") for tuned in (False, True)]
    return ", ".join(dict.fromkeys(found))


def _best(rows: Sequence[Row], count: int) -> str:
    names = [name for name in ranked(rows, count) if name not in REFERENCES]
    return f"{spread(gains(rows, names[0], count), '+.3f')} (`{names[0]}`)"


def draw(rows: Sequence[Row], settings: Sequence[Setting], titles: Sequence[str]) -> str:
    """`models bench`'s plot with settings in the place of numbers of experts."""
    count = max(row.experts for row in rows)
    moved = [row._replace(experts=settings.index(setting_of(row.seed))) for row in rows
             if row.experts == count and setting_of(row.seed) in settings]  # fmt: skip
    return bench_plot.render(moved, titles)


def main() -> None:
    """Parse, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows", type=Path)
    parser.add_argument("--plots", metavar="PREFIX")
    args = parser.parse_args()
    rows = read_rows(args.rows)
    for line in table(rows):
        sys.stdout.write(line + "\n")
    if args.plots:
        steps, widths = axes(rows)
        last = ["trained" if not s.steps else f"step {s.steps}" for s in steps]
        Path(args.plots + "-base.svg").write_text(draw(rows, steps, last))
        wide = [f"{s.width} wide" for s in widths]
        Path(args.plots + "-width.svg").write_text(draw(rows, widths, wide))


if __name__ == "__main__":
    main()
