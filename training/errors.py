"""Wrong first proposals to be read by eye: what stood there, what was said, what people committed.

    python -m training.errors ../shared/data/valid --count 100 > errors.txt

The corpus is other people's code: read the output, keep it out of the project.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from mergeassist.app.corpus import committed_texts, context_of, corpus_files, encode, read_records
from mergeassist.app.decide import decide
from mergeassist.app.merge_file import line_merge
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import trimmed

WIDEST = 1500  # bytes shown of a text


def shown(text: bytes) -> str:
    """A text as it is, cut in the middle."""
    whole = text.decode("utf-8", "replace").rstrip("\n")
    if len(whole) <= WIDEST:
        return whole
    return f"{whole[: WIDEST // 2]}\n  […]\n{whole[-WIDEST // 2 :]}"


def wrong_ones(path: Path, chance: random.Random, share: float) -> list[str]:
    """The wrong conflicts in a share of the files of one corpus file, as texts to read."""
    found: list[str] = []
    for record in read_records(path):
        if chance.random() > share:
            continue
        merged = line_merge(*(encode(record[name]) for name in Merge._fields))
        if merged is None or not merged.conflicts:
            continue
        truths = committed_texts(merged, encode(record["resolved"]))
        decisions = decide(merged, context_of(record))
        for number, (decision, truth) in enumerate(zip(decisions, truths, strict=True), 1):
            if truth is None or trimmed(decision.proposals[0].text) == trimmed(truth):
                continue
            best = decision.proposals[0]
            good = [trimmed(proposal.text) == trimmed(truth) for proposal in decision.proposals]
            place = good.index(True) + 1 if True in good else 0
            sides = decision.conflict.sides
            parts = [
                f"### {record['repo']} {record['path']} {number}/{len(decisions)} "
                f"p={best.probability} by {best.source}; committed is number {place or 'none'}",
                record["message"].partition("\n")[0][:100],
            ]
            for name, text in (
                ("base", sides.base), ("ours", sides.ours), ("theirs", sides.theirs),
                ("said", best.text), ("committed", truth),
            ):  # fmt: skip
                parts.append(f"--- {name}\n{shown(text)}")
            found.append("\n".join(parts))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--share", type=float, default=0.06, help="of the files to look at")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    found = [one for f in corpus_files([args.corpus]) for one in wrong_ones(f, chance, args.share)]
    chance.shuffle(found)
    print("\n\n".join(found[: args.count]))


if __name__ == "__main__":
    main()
