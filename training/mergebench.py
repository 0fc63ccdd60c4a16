"""The merge benchmark's models: one base encoder and eight experts a seed, on CPU in minutes.

    python -m training.mergebench make OUT --seeds 3            # trains and writes OUT/seed-*/
    python -m training.mergebench make OUT --seeds 1 --size 2   # OUT/seed-0-width-128/
    python -m training.mergebench make OUT --seeds 1 --early 150  # OUT/seed-0-base-150/
    python -m training.mergebench serve OUT/seed-0              # evaluates what is asked on stdin

`make` trains an encoder on masked tokens of Python, then one expert a language from it; it also
writes what methods with data want to know (Fisher values, Gram matrices).  With `--early` experts
start from a checkpoint of a base's training that is there already.  `serve` reads one JSON
object a line ({"model": PATH, "part": "valid" or "test", "tasks": [...]}) and answers with one of
metrics.  `training/runs/mergebench.sh` does all of it and writes the table.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from training.mergebench_tasks import (
    FIRST,
    GENERAL,
    LENGTH,
    MASK,
    TASKS,
    WORDS,
    Parts,
    Vocabulary,
    sources,
    windows,
)

WIDTHS = {0: (32, 2), 1: (64, 2), 2: (128, 2)}
USUAL = 1
BATCH = 32
SIZES = {"train": 5000, "valid": 100, "test": 160}
STATISTICS = 100
TUNING = 60  # windows of the valid part that lambda is chosen on
CHECKPOINTS = 20
CORPUS = Path("../shared/data/train")
RATE = 2e-3
Weights = dict[str, torch.Tensor]


class Layer(nn.Module):
    """A pre-norm transformer layer with separate projections, so that every weight is a matrix."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.o_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One layer; shape (batch, length, width) stays."""
        batch, length, width = x.shape
        y = self.norm1(x)
        q, k, v = (p(y).view(batch, length, 4, width // 4).transpose(1, 2)
                   for p in (self.q_proj, self.k_proj, self.v_proj))  # fmt: skip
        mixed = functional.scaled_dot_product_attention(q, k, v)
        x = x + self.o_proj(mixed.transpose(1, 2).reshape(batch, length, width))
        out: torch.Tensor = x + self.down(functional.gelu(self.up(self.norm2(x))))
        return out


class Encoder(nn.Module):
    """Token ids to vectors; all of its weights are merged, the output layer is the embedding."""

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
            x = layer(x)
        out: torch.Tensor = self.norm(x)
        return out

    def scores(self, masked: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
        """Logits of the masked tokens, shape (masked tokens, vocabulary)."""
        out: torch.Tensor = self(masked)[chosen] @ self.embed_tokens.weight.T
        return out


def hide(ids: torch.Tensor, chance: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """15 % of the tokens masked, where.  Hashed tokens are no question to ask, and stay."""
    chosen = torch.rand(ids.shape, generator=chance) < 0.15
    chosen &= (ids >= FIRST) & (ids < FIRST + WORDS)
    return ids.masked_fill(chosen, MASK), chosen


def train(
    encoder: Encoder, data: torch.Tensor, steps: int, rate: float, seed: int,
    keep: Callable[[int, Encoder], None] = lambda *_: None, *, constant: bool = False,
) -> None:  # fmt: skip
    """Masked-token training, one rise and fall of the rate.

    `keep` is called after each twentieth of the steps; `constant` keeps the rate at its peak.
    """
    chance = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(encoder.parameters(), rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    for step in range(steps):
        ids = data[torch.randint(len(data), (BATCH,), generator=chance)]
        masked, chosen = hide(ids, chance)
        loss = functional.cross_entropy(encoder.scores(masked, chosen), ids[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if not constant or step < 0.3 * steps:
            schedule.step()
        if (step + 1) % max(1, steps // CHECKPOINTS) == 0:
            keep(step + 1, encoder)


@torch.no_grad()
def measure(encoder: Encoder, data: torch.Tensor, masks: int = 99) -> tuple[float, float]:
    """Share of masked tokens found and mean loss; the same `masks` hide the same tokens."""
    masked, chosen = hide(data, torch.Generator().manual_seed(masks))
    scores = encoder.scores(masked, chosen)
    loss = functional.cross_entropy(scores, data[chosen])
    return float((scores.argmax(-1) == data[chosen]).float().mean()), float(loss)


def save_checkpoint(folder: Path, data: torch.Tensor, step: int, encoder: Encoder) -> None:
    """checkpoint-STEP with a trainer_state.json, as Hugging Face's trainer leaves it."""
    place = folder / f"checkpoint-{step}"
    place.mkdir(parents=True, exist_ok=True)
    save_file(encoder.state_dict(), place / "model.safetensors")
    found = {"step": step, "eval_loss": measure(encoder, data)[1]}
    state = {"global_step": step, "log_history": [found]}
    (place / "trainer_state.json").write_text(json.dumps(state) + "\n")


def grams(encoder: Encoder, data: torch.Tensor) -> Weights:
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
        encoder(hide(data[:STATISTICS], torch.Generator().manual_seed(0))[0])
    for hook in hooks:
        hook.remove()
    return found


def fisher(encoder: Encoder, data: torch.Tensor) -> Weights:
    """Mean squared gradient of the log-likelihood of tokens drawn from the model itself."""
    chance = torch.Generator().manual_seed(0)
    found = {name: torch.zeros_like(p) for name, p in encoder.named_parameters()}
    for ids in data[:STATISTICS]:
        scores = encoder.scores(*hide(ids[None], chance))
        if len(scores):
            drawn = torch.multinomial(scores.softmax(-1), 1, generator=chance)[:, 0]
            encoder.zero_grad()
            functional.cross_entropy(scores, drawn, reduction="sum").backward()
            for name, p in encoder.named_parameters():
                if p.grad is not None:
                    found[name] += p.grad**2 / STATISTICS
    return found


def pretraining(parts: Parts, vocabulary: Vocabulary, seed: int) -> torch.Tensor:
    """The windows that the base is trained on."""
    return torch.tensor(list(windows(parts[GENERAL]["train"], vocabulary, 16000, seed)))


def folder_of(out: Path, seed: int, size: int, early: int = 0) -> Path:
    """seed-0 and, where they are not the usual ones, its width and the base's last step."""
    name = f"seed-{seed}" + (f"-width-{WIDTHS[size][0]}" if size != USUAL else "")
    return out / (name + (f"-base-{early}" if early else ""))


def languages_of(seed: int) -> tuple[str, ...]:
    """All eight; a merge of n takes the first n, other ones in each seed."""
    start = 3 * seed % len(TASKS)
    return TASKS[start:] + TASKS[:start]


def make_seed(
    folder: Path, seed: int, size: int, steps: tuple[int, int], rate: float, parts: Parts, log: Any,
    early: Path | None = None,
) -> None:  # fmt: skip
    """One base and its experts; a base that is there is taken, or the checkpoint `early`."""
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = Vocabulary(parts)
    encoder = Encoder(vocabulary.size, size)
    kept = {
        f"{task}.{part}": torch.tensor(list(windows(parts[task][part], vocabulary, count, seed)))
        for task in (GENERAL, *TASKS) for part, count in SIZES.items()
    }  # fmt: skip
    if early is not None:
        shutil.copyfile(early / "model.safetensors", folder / "base.safetensors")
    elif not (folder / "base.safetensors").exists():
        seen = kept[f"{GENERAL}.valid"]
        train(encoder, pretraining(parts, vocabulary, seed), steps[0], RATE, seed,
              partial(save_checkpoint, folder / "run", seen))  # fmt: skip
        save_file(encoder.state_dict(), folder / "base.safetensors")
    base = load_file(folder / "base.safetensors")
    for task in TASKS:
        encoder.load_state_dict(base)
        before = measure(encoder, kept[f"{task}.test"])[0]
        train(encoder, kept[f"{task}.train"], steps[1], rate, seed)
        after = measure(encoder, kept[f"{task}.test"])[0]
        save_file(encoder.state_dict(), folder / f"{task}.safetensors")
        save_file(grams(encoder, kept[f"{task}.valid"]), folder / f"{task}.gram.safetensors")
        save_file(fisher(encoder, kept[f"{task}.valid"]), folder / f"{task}.fisher.safetensors")
        log(f"{folder.name} {task}: base {before:.3f}, expert {after:.3f}")
    for name in [name for name in kept if name.endswith(".train")]:
        del kept[name]
    save_file(kept, folder / "data.safetensors")
    order = languages_of(seed)
    about = {
        "base": "base.safetensors", "experts": {t: f"{t}.safetensors" for t in order},
        "statistics": {kind: {t: f"{t}.{kind}.safetensors" for t in order}
                       for kind in ("gram", "fisher")},
        "evaluate": [sys.executable, "-m", "training.mergebench", "serve", str(folder.resolve())],
        "general": GENERAL, "size": size, "steps": steps, "rate": rate,
    }  # fmt: skip
    (folder / "bench.json").write_text(json.dumps(about, indent=1) + "\n")


def serve(folder: Path) -> None:
    """Answer questions about models on standard input until it ends."""
    about = json.loads((folder / "bench.json").read_text())
    data = load_file(folder / "data.safetensors")
    words = load_file(folder / "base.safetensors")["embed_tokens.weight"]
    encoder = Encoder(len(words), about["size"])
    for line in sys.stdin:
        asked = json.loads(line)
        encoder.load_state_dict(load_file(asked["model"]))
        part = asked.get("part", "test")
        tasks = asked.get("tasks", (*about["experts"], about["general"]))
        most = TUNING if part == "valid" else None
        metrics = {task: measure(encoder, data[f"{task}.{part}"][:most])[0] for task in tasks}
        sys.stdout.write(json.dumps(metrics) + "\n")
        sys.stdout.flush()


def main() -> None:
    """Parse and go."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=("make", "serve"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--size", type=int, default=USUAL, choices=sorted(WIDTHS))
    parser.add_argument("--steps", default="1500,200", help="of the base, of an expert")
    parser.add_argument("--early", type=int, default=0, metavar="STEP",
                        help="start experts from this checkpoint of the base's run")  # fmt: skip
    parser.add_argument("--rate", type=float, default=1e-3, help="peak rate of the experts")
    parser.add_argument("--every", type=int, default=1, help="take every n-th corpus file")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.command == "serve":
        serve(args.folder)
        return
    first, second = (int(n) for n in args.steps.split(","))
    started = time.process_time()
    parts = sources(args.corpus, args.every)
    for seed in range(args.seeds):
        folder = folder_of(args.folder, seed, args.size, args.early)
        if not (folder / "bench.json").exists():
            run = folder_of(args.folder, seed, args.size) / "run"
            make_seed(folder, seed, args.size, (args.early or first, second), args.rate, parts,
                      partial(print, flush=True),
                      run / f"checkpoint-{args.early}" if args.early else None)  # fmt: skip
    print(f"{time.process_time() - started:.0f} CPU s")


if __name__ == "__main__":
    main()
