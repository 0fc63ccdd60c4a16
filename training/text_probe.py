"""Does the wording of a conflict say anything that the evidence does not?

    python -m training.text_probe training/out/data training/out/run

A linear model over (what became of a token, which token): 7 sets of versions a token stands in,
times dropped, kept or moved by the candidate, times its piece.  It is added to the evidence
network's scores, which stay as they are, so what it gains on the valid split is information the
network lacked.  `--repositories N` hides pieces that fewer than N repositories use, `--hide P`
hides a random share while training: both keep it from learning one project's names.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mergeassist.judge.encode import Vocabulary
from training.calibrate import load_network
from training.data import Batch, Dataset
from training.train import loss_of, predict

FATES = 21  # 7 presences x 3 marks
HIDDEN = 3  # the piece for a line end, which says nothing


def common_pieces(data: Dataset, pieces: int, least: int) -> Tensor:
    """(pieces,) bool: which occur in at least `least` repositories."""
    count = np.zeros(pieces, int)
    for number in range(len(data.repositories)):
        rows = np.nonzero(data.repository == number)[0]
        if len(rows):
            start, end = data.piece_start[rows[0]], data.piece_start[rows[-1] + 1]
            count[np.unique(data.arrays["ids"][start:end])] += 1
    return torch.from_numpy(count >= least)


def text_scores(table: nn.Embedding, batch: Batch, ids: Tensor, pieces: int) -> Tensor:
    """(B, K) scores of the candidates by their tokens' fates alone."""
    presence, marks = batch["presence"], batch["marks"].long()
    inside = ((presence > 0) & (presence < 8)).float()
    weight = inside / (1 + inside.sum(1, keepdim=True)).sqrt()
    fate = (presence - 1).clamp(0, 6)[:, None] * 3 + marks
    found: Tensor = table(fate * pieces + ids[:, None])[..., 0]
    return (found * weight[:, None]).sum(-1)


def with_evidence(scores: Tensor, evidence: list[Any], rows: Any) -> Tensor:
    """(B, 1 + K) sums with the evidence network's own scores."""
    total = torch.full((len(rows), 1 + scores.shape[1]), -1e4)
    for at, row in enumerate(rows):
        total[at, : len(evidence[row])] = torch.from_numpy(evidence[row])
    return torch.cat([total[:, :1], total[:, 1:] + scores], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path, help="a run of the evidence network")
    parser.add_argument("--model", type=Path, default=Path("models/judge"))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--decay", type=float, default=0.0)
    parser.add_argument("--repositories", type=int, default=0)
    parser.add_argument("--hide", type=float, default=0.0)
    args = parser.parse_args()
    torch.manual_seed(1)
    train, valid = Dataset(args.data / "train"), Dataset(args.data / "valid")
    network, pieces = load_network(args.run), len(Vocabulary(args.model / "tokenizer.json"))
    known = {"train": predict(network, train, 65536), "valid": predict(network, valid, 65536)}
    keep = common_pieces(train, pieces, args.repositories)
    table = nn.Embedding(FATES * pieces, 1)
    nn.init.zeros_(table.weight)
    optimiser = torch.optim.AdamW(table.parameters(), lr=args.rate, weight_decay=args.decay)

    def measure() -> tuple[float, float]:
        loss = hits = 0.0
        with torch.no_grad():
            for rows in valid.batches(16384, None):
                batch = valid.batch(rows)
                ids = torch.where(keep[batch["ids"]], batch["ids"], HIDDEN)
                scores = text_scores(table, batch, ids, pieces)
                total = with_evidence(scores, known["valid"], rows)
                loss += float(loss_of(total, batch)) * len(rows)
                best = total[:, 1:].masked_fill(~batch["mask"][:, 1:], -1e4).argmax(1)
                hits += float(batch["right"][:, 1:].gather(1, best[:, None]).sum())
        return loss / len(valid), hits / len(valid)

    def step(rows: Any) -> float:
        batch = train.batch(rows)
        shown = keep[batch["ids"]] & (torch.rand(batch["ids"].shape) >= args.hide)
        scores = text_scores(table, batch, torch.where(shown, batch["ids"], HIDDEN), pieces)
        loss = loss_of(with_evidence(scores, known["train"], rows), batch)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        return loss.item()

    _run(args.epochs, train, step, measure)


def _run(
    epochs: int,
    train: Dataset,
    step: Callable[[Any], float],
    measure: Callable[[], tuple[float, float]],
) -> None:
    print("evidence alone: valid log-loss {:.4f}, first {:.4f}".format(*measure()), flush=True)
    for epoch in range(epochs):
        losses = [step(rows) for rows in train.batches(16384, epoch)]
        said = "epoch {}: train log-loss {:.4f}, valid {:.4f}, first {:.4f}"
        print(said.format(epoch + 1, float(np.mean(losses)), *measure()), flush=True)


if __name__ == "__main__":
    main()
