"""How often the memory of past resolutions is right, and what `seen.trust` should make of it.

    python -m benchmarks.seen ../shared/data/valid [--repositories 6] [--jobs 2] [--json FILE]

Each repository's merges are taken in the order of their time, as by `evaluate --learn`.  Every
conflict is looked up among those of strictly earlier merges; where all matches agree, their text
is compared with what was committed.  Prints a table by level, number of matches and whether the
judge ranks the text first, and the logistic regression that `seen.trust` holds (scikit-learn).
Fit on valid only.  With `--json` the outcomes of a repository are kept when it is done, and a run
that was stopped goes on with the next.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from math import log
from pathlib import Path
from typing import NamedTuple

from mergeassist.app.corpus import corpus_files, read_lines
from mergeassist.app.evaluate import Options, Pupil, in_order
from mergeassist.core.chunks import Conflict
from mergeassist.core.outcome import Proposal
from mergeassist.core.tokens import trimmed
from mergeassist.git.index_store import Index
from mergeassist.judge.model import Judged
from mergeassist.propose.seen import SeenBefore, trust


class Memory(NamedTuple):
    """A text that all matches agree on, as it was when the judge had spoken."""

    level: str
    matches: int
    said: float
    first: bool
    text: bytes
    trust: float


class _Watch(SeenBefore):
    """Notes what it remembers and leaves the judge's answer as it is."""

    def __init__(self, index: Index, before: int, noted: list[Memory | None]) -> None:
        super().__init__(index, before)
        self.noted = noted

    def join(self, conflict: Conflict, proposals: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
        seen = self.look_up(conflict.sides)
        memory = None
        if seen and seen[0].agreeing == seen[0].of:
            key = trimmed(seen[0].text)
            said = next((p.probability for p in proposals if trimmed(p.text) == key), None) or 0.0
            first = trimmed(proposals[0].text) == key
            one = seen[0]
            memory = Memory(one.level, one.agreeing, said, first, key, trust(one, said))
        self.noted.append(memory)
        return proposals


class _Watched(Pupil):
    """A pupil whose memory is watched."""

    def __init__(self, index: Index) -> None:
        super().__init__(index)
        self.noted: list[Memory | None] = []
        self.outcomes: list[tuple[Memory, bool]] = []

    def begin(self, time: int) -> None:
        super().begin(time)
        self.seen = _Watch(self.index, time, self.noted)

    def note(
        self,
        path: str,
        conflicts: Sequence[Conflict],
        truths: Sequence[bytes | None],
        noted: Sequence[Judged | None],
    ) -> None:
        if len(self.noted) == len(truths):  # else the judge ran out of time
            for memory, truth in zip(self.noted, truths, strict=True):
                if memory is not None and truth is not None:
                    self.outcomes.append((memory, trimmed(truth) == memory.text))
        self.noted.clear()
        super().note(path, conflicts, truths, noted)


def outcomes_of(path: Path) -> list[tuple[Memory, bool]]:
    """All conflicts of one repository that its own past answers with one voice."""
    _, pupil = in_order(map(json.loads, read_lines(path)), Options(learn=True), _Watched)
    assert isinstance(pupil, _Watched)
    return pupil.outcomes


def all_outcomes(files: list[Path], jobs: int, kept: Path | None) -> list[tuple[Memory, bool]]:
    """The outcomes of every repository, those of an earlier run from the file `kept`."""
    rows = json.loads(kept.read_text("utf-8")) if kept and kept.exists() else {}
    left = [file for file in files if file.name not in rows]
    with ProcessPoolExecutor(jobs) as pool:
        for file, part in zip(left, pool.map(outcomes_of, left), strict=True):
            rows[file.name] = [[*memory._replace(text=b""), right] for memory, right in part]
            if kept:
                kept.write_text(json.dumps(rows, default=bytes.decode), "utf-8")
    found = (row for file in files for row in rows[file.name])
    return [(Memory(*row), right) for *row, right in found]


def main() -> None:
    """Print the table and the fit."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", nargs="+", type=Path)
    parser.add_argument("--repositories", type=int, help="every n-th file, so many in all")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, help="where outcomes are kept")
    args = parser.parse_args()
    files = corpus_files(args.corpus)
    step = max(1, len(files) // args.repositories) if args.repositories else 1
    found = all_outcomes(files[::step], args.jobs, args.json)
    groups: dict[tuple[str, int, bool], list[tuple[Memory, bool]]] = defaultdict(list)
    for memory, right in found:
        groups[memory.level, min(memory.matches, 3), memory.first].append((memory, right))
    print("level, matches (3: or more), judge's first | conflicts | judge says | trust | right")
    for key, group in sorted(groups.items()):
        said, trusted, right = (
            sum(values) / len(group)
            for values in zip(*((m.said, m.trust, r) for m, r in group), strict=True)
        )
        print(*key, "|", len(group), "|", *(f"{x:.3f} |" for x in (said, trusted, right)))
    from sklearn.linear_model import LogisticRegression

    rows = []
    for memory, _ in found:
        said = min(max(memory.said, 0.1), 0.99)
        rows.append([log(said / (1 - said)), log(memory.matches)])
    model = LogisticRegression(C=10).fit(rows, [right for _, right in found])
    (weight, many), (start,) = model.coef_[0], model.intercept_
    print(
        f"{len(found)} conflicts; odds of said {weight:.2f}, matches {many:.2f}, start {start:.2f}"
    )


if __name__ == "__main__":
    main()
