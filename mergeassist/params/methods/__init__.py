"""Merge methods: plain functions on one block of one tensor, in a table with their parameters.

A kernel computes `block.out` from `block.base` and `block.experts`, all of shape (n,) and of the
work type (fp32; fp64 for F64); the experts are copies that it may destroy.  A method that needs
a figure of the whole tensor (a threshold, an angle) has a `prepare`, which sees blocks of a fixed
size and returns what every `block.state` will be.  Hence no result depends on how blocks are cut.
"""

from __future__ import annotations

from collections.abc import Mapping

from mergeassist.errors import UsageError
from mergeassist.params.methods.base import Block, Method, Parameter, Values
from mergeassist.params.methods.dare import DARE
from mergeassist.params.methods.elementwise import LINEAR, RAM, TASK_ARITHMETIC
from mergeassist.params.methods.slerp import SLERP
from mergeassist.params.methods.ties import TIES

__all__ = ["DEFAULT", "METHODS", "TAKES", "Block", "Method", "Parameter", "checked", "method_named"]

METHODS: dict[str, Method] = {
    method.name: method for method in (RAM, TIES, LINEAR, TASK_ARITHMETIC, DARE, SLERP)
}
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
