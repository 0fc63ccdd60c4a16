"""Where each method comes from and what it promises; `models methods` and docs/methods.md print it.

`laws` speaks of what happens inside a tensor that several sides changed, at the method's defaults:
`one-sided` m(O,A,O) = A, `equal` m(O,A,A) = A, `mirror` m(O,A,B) = m(O,B,A).  Between tensors
all three hold for every method, because the plan copies what only one side changed.
"""

from __future__ import annotations

from typing import NamedTuple

from mergeassist.params.methods import METHODS
from mergeassist.params.methods.base import Method

ONE, EQUAL, MIRROR = "one-sided", "equal", "mirror"
ALL = (ONE, EQUAL, MIRROR)
EVERYWHERE, MACHINE = "everywhere", "per machine"


class Facts(NamedTuple):
    """One method: its source, the variant that is computed here, laws, where bits are the same."""

    source: str
    variant: str
    laws: tuple[str, ...] = (MIRROR,)
    same_bits: str = EVERYWHERE


FACTS: dict[str, Facts] = {
    "ram": Facts("arXiv 2601.13572", "epsilon 0: changed means other bits", ALL),
    "ram-plus": Facts("arXiv 2601.13572", "per tensor, as mergekit's ramplus_tl", ALL),
    "linear": Facts("model soups, arXiv 2203.05482", "uniform soup; as mergekit", (EQUAL, MIRROR)),
    "task-arithmetic": Facts("arXiv 2212.04089", "sum, lambda 1; as mergekit", (ONE, MIRROR)),
    "slerp": Facts("Shoemake 1985", "whole tensors; lerp over cosine .9995", (EQUAL, MIRROR)),
    "nuslerp": Facts("mergekit", "task vectors, whole tensors", (EQUAL, MIRROR)),
    "multi-slerp": Facts("mergekit", "closed form of mergekit's, whose tangent step is zero",
                         (EQUAL, MIRROR)),
    "karcher": Facts("arXiv 2603.04972", "as mergekit, dot products in fp64", (EQUAL, MIRROR)),
    "model-stock": Facts("arXiv 2403.19522", "per tensor; as mergekit", (EQUAL, MIRROR)),
    "ties": Facts("arXiv 2306.01708", "trim per tensor as mergekit; density 1 by default", ALL),
    "ties-global": Facts("arXiv 2306.01708", "trim over the model as the official code"),
    "dare": Facts("arXiv 2311.03099", "1/p as the paper; mergekit keeps the L1 norm"),
    "dare-ties": Facts("arXiv 2311.03099", "1/p as the paper; mergekit keeps the L1 norm"),
    "della": Facts("arXiv 2406.11617", "1/p as the paper; mergekit keeps the L1 norm"),
    "breadcrumbs": Facts("arXiv 2312.06795", "per tensor; as mergekit"),
    "localize-and-stitch": Facts("arXiv 2408.13656", "dataless masks of a tenth, as MergeBench"),
    "consensus": Facts("arXiv 2405.07813", "Consensus TA; `expert`=i: TALL mask of model i"),
    "sce": Facts("arXiv 2408.07990", "as mergekit, without its floor on the energy", ALL),
    "emr": Facts("arXiv 2405.17461", "official code; masks are derived again, not stored", ALL),
    "pcb": Facts("arXiv 2410.02396", "pcb_ES.py of the official code, without its search",
                 same_bits=MACHINE),
    "widen": Facts("arXiv 2408.03092", "official code", same_bits=MACHINE),
    "important-only": Facts("mergekit's arcee_fusion",
                            "exact quartiles; n models, mean where they overlap",
                            same_bits=MACHINE),
    "tsv-m": Facts("arXiv 2412.00081", "official code", same_bits=MACHINE),
    "iso-c": Facts("arXiv 2502.04959", "official code, scale 1", same_bits=MACHINE),
    "iso-cts": Facts("arXiv 2502.04959", "official code, scale 1", same_bits=MACHINE),
    "knots": Facts("arXiv 2410.19735", "KnOTS-TIES on dense task vectors, lambda 1",
                   (EQUAL, MIRROR), same_bits=MACHINE),
    "wudi": Facts("arXiv 2503.08099", "official code; gradients written out", same_bits=MACHINE),
    "doge": Facts("arXiv 2501.01230", "fusion_bench's; vectors take the mean", same_bits=MACHINE),
    "fisher": Facts("arXiv 2111.09832", "diagonal, floor 1e-6", (EQUAL, MIRROR)),
    "regmean": Facts("arXiv 2212.09849", "off-diagonal .95; biases take the mean",
                     (EQUAL, MIRROR), same_bits=MACHINE),
}  # fmt: skip


def needs(method: Method) -> str:
    """What the method asks for beside the models."""
    found = ["base"] if method.needs_base else []
    return ", ".join([*found, *([f"data ({method.needs_data})"] if method.needs_data else [])])


def memory(method: Method) -> str:
    """`stream`, `one tensor`, each with how many times the model is read."""
    kind = "one tensor" if method.whole else "stream"
    if method.of_model:
        return f"{kind}, after passes over the model"
    return f"{kind}, two passes" if method.prepare else kind


def table() -> list[str]:
    """The catalogue as Markdown lines."""
    lines = ["| method | needs | memory | laws inside a tensor | same bits | source; variant |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for name, method in METHODS.items():
        facts = FACTS[name]
        cells = [f"`{name}`", needs(method) or "-", memory(method), ", ".join(facts.laws),
                 facts.same_bits, f"{facts.source}; {facts.variant}"]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines
