"""Which experts become one: M-SMoE's grouping (arXiv 2310.01334) for one layer.

With usage (the share of tokens routed to each expert) the `count` most used are the cores, and each
other expert joins the core whose router answers most like its own.  Without, the two groups whose
routers are on average most alike are joined until `count` are left.  The official code lets layers
keep different numbers of experts; a transformers configuration has one number for all, so here
every layer keeps `count`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.params.dtypes import Floats

Numbers = npt.NDArray[np.float64]


class Group(NamedTuple):
    """Experts that become one, the core first, and how much each counts (the sum is 1)."""

    members: tuple[int, ...]
    weights: tuple[float, ...]


def cosines(rows: Floats) -> Numbers:
    """(E, E) cosines of the rows; a row of zeros is like nothing but itself."""
    wide = rows.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    scaled = wide / np.where(lengths == 0, 1, lengths)[:, None]
    found: Numbers = scaled @ scaled.T
    np.fill_diagonal(found, 1.0)
    return found


def group(similarity: Numbers, usage: Numbers | None, count: int) -> list[Group]:
    """`count` groups in the order of their cores; `similarity` is (E, E), `usage` (E,)."""
    if usage is None or float(usage.sum()) <= 0:
        members, shares = _joined(similarity, count), np.ones(len(similarity))
    else:
        members, shares = _around_cores(similarity, usage, count), usage
    return [Group(tuple(found), _shares(shares, found)) for found in sorted(members)]


def _around_cores(similarity: Numbers, usage: Numbers, count: int) -> list[list[int]]:
    order = [int(e) for e in np.argsort(-usage, kind="stable")]
    cores = order[:count]
    found = {core: [core] for core in cores}
    for expert in sorted(order[count:]):
        nearest = cores[int(np.argmax(similarity[expert, cores]))]
        found[nearest].append(expert)
    return list(found.values())


def _joined(similarity: Numbers, count: int) -> list[list[int]]:
    """Agglomerative clustering with average linkage; the core is the one most like its group."""
    groups = [[expert] for expert in range(len(similarity))]
    while len(groups) > count:
        pairs = [
            (float(similarity[np.ix_(a, b)].mean()), -i, -j)
            for i, a in enumerate(groups)
            for j, b in enumerate(groups[:i])
        ]
        _, i, j = max(pairs)
        groups[-j] += groups.pop(-i)
    return [_core_first(similarity, found) for found in groups]


def _core_first(similarity: Numbers, found: list[int]) -> list[int]:
    core = max(sorted(found), key=lambda e: float(similarity[e, found].sum()))
    return [core, *sorted(e for e in found if e != core)]


def _shares(usage: Numbers, members: Sequence[int]) -> tuple[float, ...]:
    """Usage within the group; all alike where nobody in it was ever used."""
    own = usage[list(members)]
    total = float(own.sum())
    return tuple(float(u) / total if total else 1 / len(own) for u in own)
