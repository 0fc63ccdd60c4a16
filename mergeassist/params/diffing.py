"""What differs between two checkpoints, and against their base: figures tensor by tensor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from mergeassist.params.dtypes import convert, is_float
from mergeassist.params.guards import figures
from mergeassist.params.tensors import Checkpoint, Version

RANK_LIMIT = 1 << 24
ENERGY = 0.99


class Difference(NamedTuple):
    """One tensor in the two checkpoints.

    `state` is same, changed, only ours, only theirs, or reshaped; with a base also ours, theirs
    (changed there only) or both.  Figures are sampled; `rank` is the number of singular values
    that hold 99 % of the change's energy, of `full` possible.
    """

    name: str
    state: str
    label: str
    cosine: float | None = None
    norms: tuple[float, ...] = ()
    clash: float | None = None
    rank: int | None = None
    full: int | None = None

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return self._asdict()


def compare(
    ours: Checkpoint, theirs: Checkpoint, base: Checkpoint | None, *, rank: bool = False
) -> list[Difference]:
    """Every tensor of either, in ours' order."""
    names = dict.fromkeys([*ours.tensors, *theirs.tensors])
    return [_difference(name, ours, theirs, base, rank) for name in names]


def _difference(
    name: str, ours: Checkpoint, theirs: Checkpoint, base: Checkpoint | None, rank: bool
) -> Difference:
    left, right, origin = (_version(side, name) for side in (ours, theirs, base))
    present = left or right
    if present is None or left is None or right is None:
        side = "only ours" if left else "only theirs"
        return Difference(name, side, present.tensor.label if present else "")
    state = _state(left, right, origin)
    label = left.tensor.label
    shapes = {v.tensor.shape for v in (left, right, origin) if v is not None}
    floats = all(is_float(v.tensor.dtype) for v in (left, right, origin) if v is not None)
    if len(shapes) > 1:
        return Difference(name, "reshaped", f"{label} / {right.tensor.label}")
    if state == "same" or not floats or not left.tensor.size:
        return Difference(name, state, label)
    found = figures(origin, (left, right), left.tensor)
    norms = found.norms or (_relative(left, right),)
    ranks = _rank(origin or left, right) if rank else (None, None)
    return Difference(name, state, label, found.between, norms,
                      found.clash if origin else None, *ranks)  # fmt: skip


def _version(side: Checkpoint | None, name: str) -> Version | None:
    return Version(side, side.tensors[name]) if side and name in side.tensors else None


def _state(left: Version, right: Version, origin: Version | None) -> str:
    if left == right:
        return "same"
    if origin is None:
        return "changed"
    if left == origin:
        return "theirs"
    return "ours" if right == origin else "both"


def _relative(left: Version, right: Version) -> float:
    """The relative norm of right minus left, sampled."""
    return figures(left, (right, right), left.tensor).norms[0]


def _rank(origin: Version, version: Version) -> tuple[int | None, int | None]:
    """(singular values with 99 % of the energy, all) of a matrix' change."""
    shape = version.tensor.shape
    if len(shape) < 2 or version.tensor.size > RANK_LIMIT or version.tensor.layout is not None:
        return None, None
    rows = (shape[0], version.tensor.size // shape[0])
    values = [convert(v.raw, v.tensor.dtype, "F64").view("<f8") for v in (origin, version)]
    if values[0].size != rows[0] * rows[1]:
        return None, None
    energy = np.linalg.svd((values[1] - values[0]).reshape(rows), compute_uv=False) ** 2
    total = float(energy.sum())
    if not np.isfinite(total) or total == 0:
        return 0, min(rows)
    return int(np.searchsorted(np.cumsum(energy) / total, ENERGY)) + 1, min(rows)


def table(found: list[Difference]) -> Iterator[str]:
    """Lines for people: what is not the same, then totals."""
    counts: dict[str, int] = {}
    for d in found:
        counts[d.state] = counts.get(d.state, 0) + 1
        if d.state != "same":
            yield f"{d.state:12} {d.label:22} {_figures(d):44} {d.name}"
    yield ", ".join(f"{count} {state}" for state, count in counts.items())


def _figures(d: Difference) -> str:
    parts = []
    if d.cosine is not None:
        parts.append(f"cos {d.cosine:+.3f}")
    if d.norms:
        parts.append("change " + "/".join(f"{norm:.2g}" for norm in d.norms))
    if d.clash is not None:
        parts.append(f"clash {d.clash:.0%}")
    if d.rank is not None:
        parts.append(f"rank {d.rank}/{d.full}")
    return "  ".join(parts)
