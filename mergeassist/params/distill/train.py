"""The student's training: a mix of the text and of what the other models say of it.

    loss = lambda CE(text, student) + (1 - lambda) CE(fused, student)

AdamW (0.9, 0.95, decay 0.1 on matrices), gradients clipped to norm 1, warm-up and cosine, as
FuseLLM trains.  Every step's batch and dropout are drawn from the seed and the step's number, so a
run that was stopped and goes on from its last state ends where an unstopped one does.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mergeassist.params.distill.fusion import fused, weights_of
from mergeassist.params.distill.mapping import Target
from mergeassist.params.distill.runtime import Runtime
from mergeassist.params.distill.targets import Source, Stretch

WARM_UP = 0.03
STEP = "step"


class Settings(NamedTuple):
    """How the student is trained."""

    steps: int
    rate: float
    batch: int
    seed: int
    lm: float
    choose: str
    save_every: int


class Lesson(NamedTuple):
    """A batch: ids (B, L), 0 behind the end; mask (B, L); fused ids and shares (B, L, k)."""

    ids: Any
    mask: Any
    target: Target


def lesson(
    parts: Sequence[Stretch], sources: Sequence[Source], rows: Sequence[int], choose: str
) -> Lesson:
    """The stretches `rows` with their fused distributions."""
    longest = max(len(parts[row].tokens.ids) for row in rows)
    ids = np.zeros((len(rows), longest), np.int64)
    mask = np.zeros_like(ids)
    found = []
    for at, row in enumerate(rows):
        count = len(parts[row].tokens.ids)
        ids[at, :count], mask[at, :count] = parts[row].tokens.ids, 1
        said = [Target(s.ids[row, :longest], s.shares[row, :longest]) for s in sources]
        found.append(fused(said, weights_of([s.entropies[row] for s in sources], choose)))
    shape = (len(rows), longest, max(target.ids.shape[1] for target in found))
    both = Target(np.full(shape, -1, np.int32), np.zeros(shape, np.float32))
    for at, target in enumerate(found):
        width = target.ids.shape[1]
        both.ids[at, :, :width], both.shares[at, :, :width] = target
    return Lesson(ids, mask, both)


def losses(runtime: Runtime, model: Any, given: Lesson) -> tuple[Any, Any]:
    """Cross entropy against the text and against the fused distributions, means over tokens."""
    torch = runtime.torch
    ids, mask = (torch.as_tensor(v, device=runtime.device) for v in (given.ids, given.mask))
    chosen = torch.as_tensor(given.target.ids.astype(np.int64), device=runtime.device)[:, 1:]
    shares = torch.as_tensor(given.target.shares, device=runtime.device)[:, 1:]
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float().log_softmax(-1)
    real = mask[:, 1:].to(logits.dtype)
    text = -logits.gather(-1, ids[:, 1:, None])[..., 0]
    said = -(logits.gather(-1, chosen.clamp(min=0)) * shares * (chosen >= 0)).sum(-1)
    return (text * real).sum() / real.sum(), (said * real).sum() / real.sum()


def measure(
    runtime: Runtime,
    model: Any,
    parts: Sequence[Stretch],
    sources: Sequence[Source],
    settings: Settings,
) -> tuple[float, float]:
    """Both losses over all stretches, without training."""
    totals, count = np.zeros(2), 0
    model.eval()
    with runtime.torch.no_grad():
        for at in range(0, len(parts), settings.batch):
            rows = range(at, min(at + settings.batch, len(parts)))
            given = lesson(parts, sources, rows, settings.choose)
            tokens = int(given.mask[:, 1:].sum())
            totals += tokens * np.array([x.item() for x in losses(runtime, model, given)])
            count += tokens
    return float(totals[0] / count), float(totals[1] / count)


def rows_of(step: int, count: int, batch: int, seed: int) -> list[int]:
    """The stretches of a step: without repeats within a round through the text."""
    found = []
    for number in range(step * batch, (step + 1) * batch):
        order = np.random.default_rng([seed, number // count]).permutation(count)
        found.append(int(order[number % count]))
    return found


def rate_at(step: int, settings: Settings) -> float:
    """Warm-up, then half a cosine down to 0."""
    warm = max(1, round(WARM_UP * settings.steps))
    if step < warm:
        return settings.rate * (step + 1) / warm
    done = (step - warm) / max(1, settings.steps - warm)
    return settings.rate * 0.5 * (1 + math.cos(math.pi * done))


def train(
    runtime: Runtime,
    model: Any,
    parts: Sequence[Stretch],
    sources: Sequence[Source],
    settings: Settings,
    state: Path,
    note: Callable[[int, float, float], None],
) -> None:
    """Train from the state that is there, if any; `note` sees step and both losses."""
    torch = runtime.torch
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for _, p in named if p.ndim > 1], "weight_decay": 0.1},
        {"params": [p for _, p in named if p.ndim < 2], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, settings.rate, betas=(0.9, 0.95))
    first = _resume(state, named, optimiser, runtime) if state.is_file() else 0
    model.train()
    for step in range(first, settings.steps):
        torch.manual_seed((settings.seed << 32) + step)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, settings)
        rows = rows_of(step, len(parts), settings.batch, settings.seed)
        text, said = losses(runtime, model, lesson(parts, sources, rows, settings.choose))
        optimiser.zero_grad()
        (settings.lm * text + (1 - settings.lm) * said).backward()
        torch.nn.utils.clip_grad_norm_([p for _, p in named], 1.0)
        optimiser.step()
        if (step + 1) % settings.save_every == 0:
            _save(state, step + 1, named, optimiser)
        note(step + 1, text.item(), said.item())


def _save(state: Path, step: int, named: Sequence[tuple[str, Any]], optimiser: Any) -> None:
    """Weights and the optimiser's moments, whole or not at all."""
    tensors = {}
    for name, weight in named:
        tensors[f"weight.{name}"] = weight.detach().contiguous()
        for moment in ("exp_avg", "exp_avg_sq"):
            # A weight that no loss reaches has no moments.
            if moment in optimiser.state.get(weight, {}):
                tensors[f"{moment}.{name}"] = optimiser.state[weight][moment].contiguous()
    partial = state.with_suffix(".partial")
    save = importlib.import_module("safetensors.torch").save_file
    save(tensors, str(partial), metadata={STEP: str(step)})
    partial.replace(state)


def _resume(state: Path, named: Sequence[tuple[str, Any]], optimiser: Any, runtime: Runtime) -> int:
    """Put weights and moments back; the number of steps that were done."""
    torch = runtime.torch
    with importlib.import_module("safetensors").safe_open(str(state), "pt") as opened:
        step = int(opened.metadata()[STEP])
        names = set(opened.keys())
        with torch.no_grad():
            for name, weight in named:
                weight.copy_(opened.get_tensor(f"weight.{name}"))
                if f"exp_avg.{name}" in names:
                    optimiser.state[weight] = {
                        STEP: torch.tensor(float(step)),
                        **{
                            m: opened.get_tensor(f"{m}.{name}").to(weight.device)
                            for m in ("exp_avg", "exp_avg_sq")
                        },
                    }
    return step
