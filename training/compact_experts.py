"""What compacting costs a small mixture: one Mixtral trained here, its experts merged in every way.

    python -m training.compact_experts FOLDER [--seeds 2] [--steps 250]

trains, a seed, a Mixtral of two layers with eight experts on the characters of the Python standard
library, counts how often each expert is chosen on a part of it, and prints the cross entropy on
other files (nats a character) after `models compact-experts` with its options.  Needs the [train]
extra; about 25 CPU seconds a seed.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

from mergeassist.cli.main import main as mergeassist

LENGTH, BATCH, EXPERTS, HELD = 64, 16, 8, 120
LETTERS = {chr(code): number for number, code in enumerate([10, *range(32, 127)])}
WAYS: dict[str, tuple[str, ...]] = {
    "grouped and weighted by usage (M-SMoE)": ("usage",),
    "the same without alignment": ("usage", "--no-align"),
    "the same, the core's router row": ("usage", "--router", "core"),
    "the same, all router rows kept": ("usage", "--keep-router"),
    "the same, one expert a token": ("usage", "--top-k", "1"),
    "grouped by the router's rows, no text": (),
    "by usage, rank 16 and a tenth of the rows": ("usage", "--rank", "16", "--dense"),
    "by usage, rank 16 alone": ("usage", "--rank", "16", "--sparse", "0", "--dense"),
}


def texts() -> tuple[torch.Tensor, torch.Tensor]:
    """Characters of two thirds of the files for training, and of the others."""
    parts: list[list[int]] = [[], []]
    for number, file in enumerate(sorted(Path(os.__file__).parent.glob("*.py"))):
        content = file.read_text("utf-8", "ignore")
        parts[number % 3 == 2] += [LETTERS[c] for c in content if c in LETTERS]
    return torch.tensor(parts[0]), torch.tensor(parts[1])


def build(folder: Path, data: torch.Tensor, seed: int, steps: int) -> None:
    """Train the mixture and save it with its tokenizer."""
    torch.manual_seed(seed)
    config = transformers.MixtralConfig(
        vocab_size=len(LETTERS), hidden_size=48, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=4, num_local_experts=EXPERTS,
        num_experts_per_tok=2, max_position_embeddings=LENGTH, output_router_logits=True,
        router_aux_loss_coef=0.02,
    )  # fmt: skip
    model = transformers.MixtralForCausalLM(config)
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3)
    chance = torch.Generator().manual_seed(seed)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 3e-3 * min(1, (step + 1) / 20) * (1 - step / steps)
        starts = torch.randint(len(data) - LENGTH, (BATCH,), generator=chance).tolist()
        ids = torch.stack([data[start : start + LENGTH] for start in starts])
        loss = model(input_ids=ids, labels=ids).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.config.output_router_logits = False
    model.save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel(LETTERS, unk_token=" "))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(folder)


def entropy(folder: Path, data: torch.Tensor) -> float:
    """Nats a character on evenly spaced windows."""
    model: Any = transformers.AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)
    starts = torch.linspace(0, len(data) - LENGTH, HELD).long().tolist()
    ids = torch.stack([data[start : start + LENGTH] for start in starts])
    with torch.no_grad():
        return float(model.eval()(input_ids=ids, labels=ids).loss)


def compacted(folder: Path, way: tuple[str, ...], left: int, held: torch.Tensor) -> float:
    """The cross entropy with `left` experts."""
    options = ["--routing", str(folder / "routing")] if "usage" in way else []
    options += [option for option in way if option != "usage"]
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    with contextlib.redirect_stdout(io.StringIO()):
        code = mergeassist(["models", "compact-experts", str(folder / "model"), "-o", str(out),
                            "--experts", str(left), *options])  # fmt: skip
    if code:
        sys.exit(code)
    return entropy(out, held)


def main() -> None:
    """Train, compact, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=250)
    args = parser.parse_args()
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    data, held = texts()
    names = {code: letter for letter, code in LETTERS.items()}
    found: dict[tuple[str, int], list[float]] = {}
    for seed in range(args.seeds):
        folder = args.folder / str(seed)
        folder.mkdir(parents=True, exist_ok=True)
        build(folder / "model", data, seed, args.steps)
        (folder / "text").write_text("".join(names[c] for c in data[:8192].tolist()))
        mergeassist(["models", "compact-experts", str(folder / "model"), "--experts", "1",
                     "--text", str(folder / "text"), "--save-routing", str(folder / "routing"),
                     "-o", str(folder / "one")])  # fmt: skip
        found.setdefault(("as trained", EXPERTS), []).append(entropy(folder / "model", held))
        for name, way in WAYS.items():
            for left in (6, 4, 2):
                found.setdefault((name, left), []).append(compacted(folder, way, left, held))
    print(f"as trained: {shown(found['as trained', EXPERTS])}\n")
    print("| way | 6 of 8 experts | 4 | 2 |\n|---|---|---|---|")
    for name in WAYS:
        print(f"| {name} | " + " | ".join(shown(found[name, left]) for left in (6, 4, 2)) + " |")


def shown(values: list[float]) -> str:
    """Mean and half the range."""
    half = (max(values) - min(values)) / 2
    return f"{sum(values) / len(values):.3f} ± {half:.3f}"


if __name__ == "__main__":
    main()
