"""Train the judge; resumable, one checkpoint a stated number of steps.

    python -m training.train training/out/data training/out/run --epochs 3 --size 1

`--size` is the one dial: width, layers and inner width follow from it.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mergeassist.judge.encode import Vocabulary
from mergeassist.judge.network import JudgeNetwork, NetworkConfig
from training.data import Batch, Dataset
from training.metrics import summary

SIZES = {
    0: {"width": 128, "layers": 3, "inner": 384},
    1: {"width": 192, "layers": 4, "inner": 512},
    2: {"width": 256, "layers": 6, "inner": 768},
}


def loss_of(scores: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Minus the log of all probability on right answers ("none" where no candidate is right)."""
    scores = scores.float().masked_fill(~batch["mask"], -1e4)
    every = torch.logsumexp(scores, -1)
    right = torch.logsumexp(scores.masked_fill(~batch["right"], -1e4), -1)
    return (every - right).mean()


def text_loss(by_text: torch.Tensor, batch: Batch) -> torch.Tensor:
    """The same loss on the text's own scores, over the conflicts with a right candidate."""
    answered = ~batch["right"][:, 0]
    scores = by_text.float().masked_fill(~batch["mask"][:, 1:], -1e4)[answered]
    every = torch.logsumexp(scores, -1)
    right = torch.logsumexp(scores.masked_fill(~batch["right"][answered, 1:], -1e4), -1)
    return (every - right).mean() if len(scores) else scores.sum()


class Columns:
    """Which evidence is dropped together, as if the driver did not know it."""

    def __init__(self, data: Dataset) -> None:
        names = data.schema.conflict
        start_merge, start_history = names.index("known_merge"), names.index("known_history")
        self.merge = slice(start_merge, start_history)
        self.history = slice(start_history, len(names))

    def drop(self, batch: Batch, chance: torch.Generator, share: float) -> None:
        """Zero history, or history and metadata, of a random share of the conflicts."""
        lot = torch.rand(len(batch["ids"]), generator=chance)
        batch["conflict"][lot < share, self.history] = 0
        batch["conflict"][lot < share / 2, self.merge] = 0


def set_scales(network: JudgeNetwork, data: Dataset) -> None:
    """Standardise by the training data's mean and deviation."""
    for name in ("conflict", "candidate"):
        values = data.arrays[name].astype(np.float32)
        mean, deviation = values.mean(0), values.std(0)
        getattr(network, f"{name}_mean").copy_(torch.from_numpy(mean))
        getattr(network, f"{name}_scale").copy_(torch.from_numpy(1 / np.maximum(deviation, 0.02)))


@torch.no_grad()
def predict(
    network: JudgeNetwork, data: Dataset, budget: int = 16384
) -> list[np.ndarray[Any, Any]]:
    """Scores ("none" first) of every conflict, in the data's order."""
    network.eval()
    found: list[np.ndarray[Any, Any]] = [np.empty(0)] * len(data)
    for rows in data.batches(budget, None):
        batch = data.batch(rows)
        scores = score(network, batch).float().numpy()
        for at, row in enumerate(rows):
            found[row] = scores[at, : 1 + data.count[row]]
    network.train()
    return found


def score(network: JudgeNetwork, batch: Batch) -> torch.Tensor:
    return network(  # type: ignore[no-any-return]
        batch["ids"], batch["presence"], batch["marks"], batch["conflict"], batch["candidate"]
    )


def figures(data: Dataset, scores: list[np.ndarray[Any, Any]]) -> dict[str, float]:
    """The summary of `metrics` for raw scores, with the plain softmax as probability."""
    first, three, oracle, probability = [], [], [], []
    for row, values in enumerate(scores):
        start = data.candidate_start[row]
        right = data.arrays["right"][start : start + data.count[row]]
        weights = np.exp(values - values.max())
        weights /= weights.sum()
        order = np.argsort(-values[1:], kind="stable")
        first.append(right[order[0]])
        three.append(right[order[:3]].any())
        oracle.append(right.any())
        probability.append(weights[1 + order[0]])
    return summary(np.array(probability), np.array(first), np.array(three), np.array(oracle))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--model", type=Path, default=Path("models/judge"))
    parser.add_argument("--size", type=int, default=1, choices=sorted(SIZES))
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--budget", type=int, default=8192, help="pieces a batch")
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--drop", type=float, default=0.15, help="share without history")
    parser.add_argument("--no-text", action="store_true", help="evidence only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save-every", type=int, default=400)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--dropout", type=float, default=0.1, help="of the evidence and the head")
    parser.add_argument("--decay", type=float, default=0.05, help="weight decay")
    parser.add_argument("--text-loss", type=float, default=0.3, help="weight of the text alone")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    train, valid = Dataset(args.data / "train"), Dataset(args.data / "valid")
    vocabulary = len(Vocabulary(args.model / "tokenizer.json"))
    config = NetworkConfig(
        vocabulary, train.arrays["conflict"].shape[1], train.arrays["candidate"].shape[1],
        text=not args.no_text,
        dropout=args.dropout, **SIZES[args.size],
    )  # fmt: skip
    network = JudgeNetwork(config)
    set_scales(network, train)
    parameters = sum(p.numel() for p in network.parameters())
    print(f"{len(train)} train, {len(valid)} valid, {parameters:,} parameters", flush=True)
    decayed = [p for p in network.parameters() if p.ndim > 1]
    plain = [p for p in network.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": args.decay}, {"params": plain, "weight_decay": 0.0}],
        lr=args.rate, betas=(0.9, 0.98),
    )  # fmt: skip
    plan = [
        rows
        for epoch in range(int(np.ceil(args.epochs)))
        for rows in train.batches(args.budget, args.seed * 1000 + epoch)
    ]
    plan = plan[: int(len(plan) * args.epochs / np.ceil(args.epochs))]
    warm = min(300, len(plan) // 20 + 1)

    def rate(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        done_share = (step - warm) / max(1, len(plan) - warm)
        return 0.02 + 0.49 * (1 + math.cos(math.pi * done_share))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    args.run.mkdir(parents=True, exist_ok=True)
    checkpoint = args.run / "checkpoint.pt"
    done = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        done = int(state["step"])
        print(f"resumed at step {done}", flush=True)
    columns = Columns(train)
    chance = torch.Generator().manual_seed(args.seed + done)
    started, running = time.time(), 0.0
    for step in range(done, len(plan)):
        batch = train.batch(plan[step])
        columns.drop(batch, chance, args.drop)
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bf16):
            scores, by_text = network.both_scores(
                batch["ids"],
                batch["presence"],
                batch["marks"],
                batch["conflict"],
                batch["candidate"],
            )
        loss = loss_of(scores, batch)
        if by_text is not None:
            loss = loss + args.text_loss * text_loss(by_text, batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        value = loss.item()
        running = value if step == done else 0.98 * running + 0.02 * value
        if (step + 1) % 50 == 0:
            pace = (step + 1 - done) / (time.time() - started)
            print(f"step {step + 1}/{len(plan)} loss {running:.4f} {pace:.2f} steps/s", flush=True)
        if (step + 1) % args.save_every == 0 or step + 1 == len(plan):
            save(checkpoint, network, optimiser, schedule, step + 1)
            if (step + 1) % (4 * args.save_every) == 0 or step + 1 == len(plan):
                found = figures(valid, predict(network, valid))
                print("valid", json.dumps({k: round(v, 4) for k, v in found.items()}), flush=True)
    (args.run / "network.json").write_text(json.dumps(config.as_dict(), indent=1))


def save(path: Path, network: Any, optimiser: Any, schedule: Any, step: int) -> None:
    partial = path.with_suffix(".tmp")
    torch.save(
        {
            "network": network.state_dict(),
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "step": step,
        },
        partial,
    )
    partial.replace(path)


if __name__ == "__main__":
    main()
