"""Fit the prior log-weight of each pattern: a conditional logit over the candidates.

    python -m training.fit_priors ../shared/data/train mergeassist/propose/priors.py

The pool it is fitted on is uncut, so run it with the present priors in place.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch

from mergeassist.app.corpus import committed_texts, context_of, corpus_files, encode, read_records
from mergeassist.app.merge_file import line_merge
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import trimmed
from mergeassist.propose import generate

Rows = list[tuple[list[tuple[str, ...]], list[bool]]]

_HEAD = '''"""How much each pattern's name counts before anything is read.

Log-weights of a conditional logit over candidates, fitted on the train split by
`training/fit_priors.py` (do not edit).
"""

WEIGHTS: dict[str, float] = {
'''


def candidates_of(path: Path, every: int) -> Rows:
    """The sources of each candidate and whether it is right, of a sample of one repository."""
    generate.MAX_PROPOSALS = 10_000
    rows: Rows = []
    for number, record in enumerate(read_records(path)):
        if number % every:
            continue
        merged = line_merge(*Merge(*(encode(record[name]) for name in Merge._fields)))
        if merged is None:
            continue
        truths = committed_texts(merged, encode(record["resolved"]))
        offered = generate.propose_file(merged, context_of(record))
        for proposals, truth in zip(offered, truths, strict=True):
            if truth is not None:
                goal = trimmed(truth)
                right = [trimmed(p.text) == goal for p in proposals]
                if any(right):
                    rows.append(([p.sources for p in proposals], right))
    return rows


def fit(rows: Rows, penalty: float = 1e-4) -> dict[str, float]:
    """Maximum likelihood of the right candidate, with a small ridge."""
    names = sorted({source for sets, _ in rows for sources in sets for source in sources})
    place = {name: at for at, name in enumerate(names)}
    group = torch.tensor([g for g, (sets, _) in enumerate(rows) for _ in sets])
    right = torch.tensor([good for _, goods in rows for good in goods])
    flags = np.zeros((len(group), len(names)), np.float32)
    for at, sources in enumerate(s for sets, _ in rows for s in sets):
        flags[at, [place[source] for source in sources]] = 1
    matrix, count = torch.from_numpy(flags), len(rows)
    weight = torch.zeros(len(names), requires_grad=True)
    optimiser = torch.optim.LBFGS([weight], max_iter=120, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        scores = matrix @ weight
        top = torch.full((count,), -1e9).scatter_reduce(0, group, scores, "amax")
        parts = torch.exp(scores - top[group])
        every = torch.zeros(count).index_add(0, group, parts)
        good = torch.zeros(count).index_add(0, group, parts * right)
        loss = (torch.log(every) - torch.log(good)).mean() + penalty * (weight**2).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return {name: round(float(weight[at].detach()), 2) for name, at in place.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--every", type=int, default=8, help="use one file in N")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    files = corpus_files([args.corpus])
    with ProcessPoolExecutor(args.jobs) as pool:
        parts = list(pool.map(candidates_of, files, [args.every] * len(files)))
    weights = fit([row for part in parts for row in part])
    ranked = sorted(weights.items(), key=lambda item: -item[1])
    lines = "".join(f'    "{name}": {value:.2f},\n' for name, value in ranked)
    args.out.write_text(f"{_HEAD}{lines}}}\n")
    print(f"{args.out}: {len(ranked)} patterns from {sum(map(len, parts))} conflicts")


if __name__ == "__main__":
    main()
