"""Merge methods: plain functions on one block of one tensor, in a table with their parameters.

A kernel computes `block.out` from `block.base` and `block.experts`, all of shape (n,) and of the
work type (fp32; fp64 for F64); the experts are copies that it may destroy.  A method that needs
a figure of the whole tensor (a threshold, an angle) has a `prepare`, which sees blocks of a fixed
size and returns what every `block.state` will be; with `of_model` it sees all tensors' blocks.
Hence no result depends on how blocks are cut.  What needs rows or singular values has a `whole`
instead of a kernel.  `catalogue` says where each method comes from and what it promises.
"""

from __future__ import annotations

from collections.abc import Mapping

from mergeassist.errors import UsageError
from mergeassist.params.methods.base import Block, Method, Parameter, Values, Whole
from mergeassist.params.methods.dare import DARE
from mergeassist.params.methods.descent import DOGE, WUDI
from mergeassist.params.methods.disentangle import IMPORTANT_ONLY, WIDEN
from mergeassist.params.methods.elementwise import LINEAR, RAM, TASK_ARITHMETIC
from mergeassist.params.methods.informed import FISHER, REGMEAN
from mergeassist.params.methods.slerp import SLERP
from mergeassist.params.methods.sparse import (
    BREADCRUMBS,
    CONSENSUS,
    DARE_TIES,
    DELLA,
    LOCALIZE,
    RAM_PLUS,
    SCE,
    TIES_GLOBAL,
)
from mergeassist.params.methods.spectral import ISO_C, ISO_CTS, KNOTS, TSV_M
from mergeassist.params.methods.spherical import KARCHER, MODEL_STOCK, MULTI_SLERP, NUSLERP
from mergeassist.params.methods.ties import TIES
from mergeassist.params.methods.whole_model import EMR, PCB

__all__ = [
    "DEFAULT", "METHODS", "TAKES", "Block", "Method", "Parameter", "Whole", "checked",
    "method_named",
]  # fmt: skip

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        RAM, RAM_PLUS, LINEAR, TASK_ARITHMETIC, SLERP, NUSLERP, MULTI_SLERP, KARCHER, MODEL_STOCK,
        TIES, TIES_GLOBAL, DARE, DARE_TIES, DELLA, BREADCRUMBS, LOCALIZE, CONSENSUS, SCE, EMR, PCB,
        WIDEN, IMPORTANT_ONLY, TSV_M, ISO_C, ISO_CTS, KNOTS, WUDI, DOGE, FISHER, REGMEAN,
    )
}  # fmt: skip
TAKES = ("ours", "theirs", "base", "conflict")
DEFAULT = "ram"


def method_named(name: str) -> Method:
    """The method; UsageError with the known names for another."""
    if name not in METHODS:
        known = ", ".join([*METHODS, *TAKES])
        raise UsageError(f"no merge method {name!r}; known: {known}")
    return METHODS[name]


def checked(name: str, given: Mapping[str, object]) -> Values:
    """All parameters, defaults filled in; UsageError for unknown ones or values out of range."""
    declared = {p.name: p for p in method_named(name).parameters}
    unknown = sorted(set(given) - set(declared))
    if unknown:
        known = ", ".join(declared) or "none"
        raise UsageError(f"method {name} has no parameter {unknown[0]!r}; it has: {known}")
    return {key: p.parse(name, given.get(key, p.default)) for key, p in declared.items()}
