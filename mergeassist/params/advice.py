"""`--method auto`: the method that the bench found best in this situation, and why.

The rules are data: the first one that fits is taken.  Each names where its figures come from;
"bench" is the table in docs/methods.md, which `training/runs/mergebench.sh` makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mergeassist.params.dtypes import Bytes, is_float, lane_bytes
from mergeassist.params.plan import Inputs
from mergeassist.params.policy import AUTO, Policy, parse_spec
from mergeassist.params.tensors import Checkpoint

RUNS, RUN = 16, 1024
MANY = 10**6
# Beyond this, singular values take many seconds a matrix.
LARGE = 2048 * 2048


class Situation(NamedTuple):
    """What the rules ask: how many models, whether a base is known, which statistics were given
    ("none", "fisher" or "gram"), the share of changed elements that several models changed, and
    whether a matrix has more than `LARGE` elements.
    """

    experts: int
    base: bool
    statistics: str
    overlap: float
    large: bool = False


class Rule(NamedTuple):
    """A method with its parameters (as in .gitattributes), where it is best, and who says so."""

    method: str
    because: str
    figures: str
    base: bool | None = True
    statistics: str = ""
    experts: tuple[int, int] = (2, MANY)
    overlap: float = 1.0
    large: bool | None = None

    def fits(self, found: Situation) -> bool:
        """Whether the situation is this rule's; what a rule leaves open does not matter to it."""
        low, high = self.experts
        return (
            self.base in (None, found.base) and self.statistics in ("", found.statistics)
            and low <= found.experts <= high and found.overlap <= self.overlap
            and self.large in (None, found.large)
        )  # fmt: skip


# "bench": gain in normalised accuracy over plain averaging of the same models, at default settings,
# mean over the seeds that were measured (a test derives them from training/mergebench.jsonl).
OVER = "over linear with 2/4/8 models"
TIES = f"bench: +.018/+.026/+.013 {OVER}"
FEW = (2, 5)
RULES = (
    Rule("linear", "no base is known", "by elimination", base=False, statistics="none"),
    Rule("ram", "the models changed different elements", "exact, nothing to weigh", overlap=0.05),
    Rule("regmean", "Gram matrices were given", f"bench: +.053/+.039/+.029 {OVER}",
         base=None, statistics="gram"),
    Rule("fisher", "Fisher values were given", f"bench: +.056/+.037/+.019 {OVER}",
         base=None, statistics="fisher"),
    Rule("nuslerp", "two models changed the same elements, and matrices are too large for singular "
         "values", "bench: +.057 over linear with 2 models", large=True, experts=(2, 2)),
    Rule("multi-slerp", "few models changed the same elements, and matrices are too large for "
         "singular values", f"bench: +.043/+.038/+.014 {OVER}", large=True, experts=FEW),
    Rule("ties", "many models changed the same elements, and matrices are too large for "
         "singular values", TIES, large=True),
    Rule("tsv-m", "few models changed the same elements",
         f"bench: +.054/+.037/+.005 {OVER}", experts=FEW),
    Rule("knots", "several models changed the same elements",
         f"bench: +.032/+.027/+.022 {OVER}", experts=(6, 16)),
    Rule("ties", "many models changed the same elements", TIES),
)  # fmt: skip


def settle(policy: Policy, inputs: Inputs, statistics: Sequence[Checkpoint]) -> tuple[Policy, str]:
    """The policy with a method in the place of `auto`, and a sentence that says why."""
    found = situation(inputs, statistics)
    rule = next(rule for rule in RULES if rule.fits(found))
    chosen = parse_spec(rule.method, AUTO)
    patterns = tuple((p, chosen if s.method == AUTO else s) for p, s in policy.patterns)
    default = chosen if policy.default.method == AUTO else policy.default
    numbers = f"{found.experts} models"
    if found.base:
        numbers += f", {found.overlap:.0%} of the changed elements changed by several"
    why = f"auto takes {rule.method}: {rule.because} ({numbers}; {rule.figures})"
    return Policy(default, patterns), why


def situation(inputs: Inputs, statistics: Sequence[Checkpoint]) -> Situation:
    """The situation of these models."""
    known = inputs.base is not None
    overlap = shared_changes(inputs) if known else 1.0
    sizes = [t.size for t in inputs.experts[0].tensors.values() if len(t.shape) > 1]
    return Situation(len(inputs.experts), known, kind_of(statistics, inputs), overlap,
                     max(sizes, default=0) > LARGE)  # fmt: skip


def kind_of(statistics: Sequence[Checkpoint], inputs: Inputs) -> str:
    """fisher files have the models' shapes, gram files are square in the inputs."""
    if len(statistics) != len(inputs.experts):
        return "none"
    tensors = inputs.experts[0].tensors
    shapes = [(tensors[name].shape, tensor.shape)
              for name, tensor in statistics[0].tensors.items() if name in tensors]  # fmt: skip
    if not shapes:
        return "none"
    return "fisher" if all(model == known for model, known in shapes) else "gram"


def shared_changes(inputs: Inputs) -> float:
    """Of the sampled elements that any model changed, the share that several changed."""
    assert inputs.base is not None
    changed = several = 0.0
    for name, tensor in inputs.base.tensors.items():
        sides = [expert.tensors.get(name) for expert in inputs.experts]
        if not is_float(tensor.dtype) or any(
            side is None or (side.dtype, side.shape) != (tensor.dtype, tensor.shape)
            for side in sides
        ):
            continue
        width = lane_bytes(tensor.dtype)
        base = _sampled(inputs.base.raw(name), width)
        count = np.zeros(len(base), np.int64)
        for expert in inputs.experts:
            count += (_sampled(expert.raw(name), width) != base).any(1)
        # A tensor counts by its size, however small the sample of it.
        weight = tensor.nbytes / max(1, base.size)
        changed += weight * int((count > 0).sum())
        several += weight * int((count > 1).sum())
    return several / changed if changed else 0.0


def _sampled(raw: Bytes, width: int) -> Bytes:
    """Evenly spaced runs of elements, shape (elements, bytes of one)."""
    elements = raw[: len(raw) // width * width].reshape(-1, width)
    if len(elements) <= RUNS * RUN:
        return elements
    starts = [(len(elements) - RUN) * i // (RUNS - 1) for i in range(RUNS)]
    return np.concatenate([elements[at : at + RUN] for at in starts])
