"""The merge benchmark's models: one base encoder and eight experts a seed, on CPU in minutes.

    python -m training.mergebench make OUT --seeds 3        # trains and writes OUT/seed-*/
    python -m training.mergebench serve OUT/seed-0          # evaluates what is asked on stdin

`make` pre-trains an encoder on masked tokens, fits a linear head a task on the frozen encoder,
then fine-tunes the encoder (the head stays as it is) into one expert a task; it also writes what
methods with data want to know (Fisher values, Gram matrices).  `serve` reads one JSON object a
line ({"model": PATH, "part": "valid" or "test", "tasks": [...]}) and answers with one of metrics.
`training/runs/mergebench.sh` does all of it and writes the table.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from training.mergebench_tasks import (
    CLASSES,
    LENGTH,
    MASK,
    PAD,
    TASKS,
    Example,
    Source,
    Vocabulary,
    examples,
    sources,
    windows,
)

WIDTHS = {0: (32, 2), 1: (64, 2)}
BATCH = 64
SIZES = {"train": 6000, "valid": 160, "test": 400}
STATISTICS = 256
Weights = dict[str, torch.Tensor]


class Layer(nn.Module):
    """A pre-norm transformer layer with separate projections, so that every weight is a matrix."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.o_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """One layer; `hidden` is True where attention must not look."""
        batch, length, width = x.shape
        y = self.norm1(x)
        q, k, v = (p(y).view(batch, length, 4, width // 4).transpose(1, 2)
                   for p in (self.q_proj, self.k_proj, self.v_proj))  # fmt: skip
        mixed = functional.scaled_dot_product_attention(q, k, v, ~hidden[:, None, None, :])
        x = x + self.o_proj(mixed.transpose(1, 2).reshape(batch, length, width))
        out: torch.Tensor = x + self.down(functional.gelu(self.up(self.norm2(x))))
        return out


class Encoder(nn.Module):
    """Token ids to vectors; all of its weights are merged."""

    def __init__(self, vocabulary: int, size: int) -> None:
        super().__init__()
        width, layers = WIDTHS[size]
        self.embed_tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(LENGTH, width)
        nn.init.normal_(self.embed_tokens.weight, std=0.1)
        nn.init.normal_(self.positions.weight, std=0.1)
        self.layers = nn.ModuleList([Layer(width) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Shape (batch, length) to (batch, length, width)."""
        x = self.embed_tokens(ids) + self.positions.weight
        for layer in self.layers:
            x = layer(x, ids == PAD)
        out: torch.Tensor = self.norm(x)
        return out


def read(encoder: Encoder, ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    """The vectors at the positions to read, shape (batch, width)."""
    return encoder(ids)[torch.arange(len(ids)), positions]


def tensors(found: list[Example]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids, positions and labels."""
    ids, positions, labels = zip(*found, strict=True)
    return torch.tensor(ids), torch.tensor(positions), torch.tensor(labels)


def hide(ids: torch.Tensor, chance: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """15 % of the tokens masked; where."""
    chosen = torch.rand(ids.shape, generator=chance) < 0.15
    chosen[:, 0] = False
    return ids.masked_fill(chosen, MASK), chosen


def pretrain(encoder: Encoder, data: torch.Tensor, steps: int, seed: int) -> None:
    """Masked-token training; the output layer is the embedding."""
    chance = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(encoder.parameters(), 2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for _ in range(steps):
        ids = data[torch.randint(len(data), (BATCH,), generator=chance)]
        masked, chosen = hide(ids, chance)
        scores = encoder(masked)[chosen] @ encoder.embed_tokens.weight.T
        loss = functional.cross_entropy(scores, ids[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


@torch.no_grad()
def masked_accuracy(encoder: Encoder, data: torch.Tensor) -> float:
    """Share of masked tokens found, always with the same masks."""
    masked, chosen = hide(data, torch.Generator().manual_seed(99))
    best = (encoder(masked)[chosen] @ encoder.embed_tokens.weight.T).argmax(-1)
    return float((best == data[chosen]).float().mean())


def fit_head(encoder: Encoder, task: str, data: tuple[torch.Tensor, ...]) -> nn.Linear:
    """Logistic regression on the frozen encoder."""
    ids, positions, labels = data
    with torch.no_grad():
        features = torch.cat([read(encoder, i, p) for i, p in
                              zip(ids.split(500), positions.split(500), strict=True)])  # fmt: skip
    head = nn.Linear(features.shape[1], CLASSES[task])
    optimiser = torch.optim.Adam(head.parameters(), 0.02)
    for _ in range(300):
        loss = functional.cross_entropy(head(features), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return head.requires_grad_(False)


def fine_tune(
    encoder: Encoder, head: nn.Linear, data: tuple[torch.Tensor, ...], steps: int, seed: int
) -> None:
    """Train the encoder under the fixed head."""
    chance = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(encoder.parameters(), 7e-4, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 7e-4, total_steps=steps)
    ids, positions, labels = data
    for _ in range(steps):
        at = torch.randint(len(ids), (BATCH,), generator=chance)
        loss = functional.cross_entropy(head(read(encoder, ids[at], positions[at])), labels[at])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


@torch.no_grad()
def accuracy(encoder: Encoder, head: nn.Linear, data: tuple[torch.Tensor, ...]) -> float:
    """Share of right answers."""
    ids, positions, labels = data
    return float((head(read(encoder, ids, positions)).argmax(-1) == labels).float().mean())


def grams(encoder: Encoder, data: tuple[torch.Tensor, ...]) -> Weights:
    """X^T X / n of the inputs of every linear layer, by the name of its weight."""
    found: Weights = {}
    hooks = []
    for name, module in encoder.named_modules():
        if isinstance(module, nn.Linear):

            def remember(_: nn.Module, inputs: Any, __: Any, name: str = name) -> None:
                x = inputs[0].detach().reshape(-1, inputs[0].shape[-1])
                found[name + ".weight"] = x.T @ x / len(x)

            hooks.append(module.register_forward_hook(remember))
    with torch.no_grad():
        encoder(data[0][:STATISTICS])
    for hook in hooks:
        hook.remove()
    return found


def fisher(encoder: Encoder, head: nn.Linear, data: tuple[torch.Tensor, ...]) -> Weights:
    """Mean squared gradient of the log-likelihood of labels drawn from the model itself."""
    chance = torch.Generator().manual_seed(0)
    found = {name: torch.zeros_like(p) for name, p in encoder.named_parameters()}
    for i in range(STATISTICS // 2):
        scores = head(read(encoder, data[0][i : i + 1], data[1][i : i + 1]))
        label = torch.multinomial(scores.softmax(-1), 1, generator=chance)[0]
        encoder.zero_grad()
        functional.cross_entropy(scores, label).backward()
        for name, p in encoder.named_parameters():
            if p.grad is not None:
                found[name] += p.grad**2 / (STATISTICS // 2)
    return found


def make_seed(
    folder: Path, seed: int, size: int, steps: tuple[int, int], parts: dict[str, list[Source]],
    log: Any,
) -> None:  # fmt: skip
    """One base and its experts."""
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = Vocabulary(parts["train"])
    encoder = Encoder(vocabulary.size, size)
    data = torch.tensor(list(windows(parts["train"], vocabulary, 20000, seed)))
    pretrain(encoder, data, steps[0], seed)
    save_file(encoder.state_dict(), folder / "base.safetensors")
    base = {k: v.clone() for k, v in encoder.state_dict().items()}
    accuracies: dict[str, list[float]] = {}
    heads: Weights = {}
    kept: Weights = {"masked": torch.tensor(list(windows(parts["test"], vocabulary, 400, 1)))}
    for task in TASKS:
        made = {part: tensors(examples(task, parts[part], vocabulary, count, seed))
                for part, count in SIZES.items()}  # fmt: skip
        encoder.load_state_dict(base)
        head = fit_head(encoder, task, made["train"])
        before = accuracy(encoder, head, made["test"])
        fine_tune(encoder, head, made["train"], steps[1], seed)
        accuracies[task] = [before, accuracy(encoder, head, made["test"])]
        heads |= {f"{task}.{k}": v for k, v in head.state_dict().items()}
        for part in ("valid", "test"):
            names = (f"{task}.{part}.{what}" for what in ("ids", "positions", "labels"))
            kept |= dict(zip(names, made[part], strict=True))
        save_file(encoder.state_dict(), folder / f"{task}.safetensors")
        save_file(grams(encoder, made["valid"]), folder / f"{task}.gram.safetensors")
        save_file(fisher(encoder, head, made["valid"]), folder / f"{task}.fisher.safetensors")
        log(f"{folder.name} {task}: probe {before:.3f}, expert {accuracies[task][1]:.3f}")
    save_file(heads, folder / "heads.safetensors")
    save_file(kept, folder / "data.safetensors")
    order = TASKS[3 * seed % 8 :] + TASKS[: 3 * seed % 8]
    about = {
        "base": "base.safetensors", "experts": {t: f"{t}.safetensors" for t in order},
        "statistics": {kind: {t: f"{t}.{kind}.safetensors" for t in order}
                       for kind in ("gram", "fisher")},
        "evaluate": [sys.executable, "-m", "training.mergebench", "serve", str(folder.resolve())],
        "general": "masked", "size": size, "steps": steps,
    }  # fmt: skip
    (folder / "bench.json").write_text(json.dumps(about, indent=1) + "\n")


def serve(folder: Path) -> None:
    """Answer questions about models on standard input until it ends."""
    about = json.loads((folder / "bench.json").read_text())
    saved, data = load_file(folder / "heads.safetensors"), load_file(folder / "data.safetensors")
    words = load_file(folder / "base.safetensors")["embed_tokens.weight"]
    encoder = Encoder(len(words), about["size"])

    def measure(task: str, part: str) -> float:
        weight = saved[f"{task}.weight"]
        head = nn.Linear(weight.shape[1], weight.shape[0])
        head.load_state_dict({"weight": weight, "bias": saved[f"{task}.bias"]})
        examples = tuple(data[f"{task}.{part}.{what}"] for what in ("ids", "positions", "labels"))
        return accuracy(encoder, head, examples)

    for line in sys.stdin:
        asked = json.loads(line)
        encoder.load_state_dict(load_file(asked["model"]))
        part = asked.get("part", "test")
        metrics = {task: measure(task, part) for task in asked.get("tasks", TASKS)}
        if part == "test":
            metrics["masked"] = masked_accuracy(encoder, data["masked"])
        sys.stdout.write(json.dumps(metrics) + "\n")
        sys.stdout.flush()


def main() -> None:
    """Parse and go."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=("make", "serve"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--size", type=int, default=1, choices=sorted(WIDTHS))
    parser.add_argument("--steps", default="1500,350", help="pre-training, fine-tuning")
    parser.add_argument("--every", type=int, default=1, help="take every n-th source file")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.command == "serve":
        serve(args.folder)
        return
    first, second = (int(n) for n in args.steps.split(","))
    started = time.process_time()
    parts = sources(args.every)
    for seed in range(args.seeds):
        folder = args.folder / f"seed-{seed}"
        if not (folder / "bench.json").exists():
            make_seed(folder, seed, args.size, (first, second), parts, partial(print, flush=True))
    print(f"{time.process_time() - started:.0f} CPU s")


if __name__ == "__main__":
    main()
