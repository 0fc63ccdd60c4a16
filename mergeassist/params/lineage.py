"""Which tensor of one checkpoint is which of another: same names, renames, untied heads."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from mergeassist.params import rules
from mergeassist.params.tensors import Checkpoint, Tensor, Version


class Row(NamedTuple):
    """One tensor across the inputs.  `ties` holds its owner's name in base and each expert."""

    name: str
    base: Version | None
    experts: tuple[Version | None, ...]
    ties: tuple[Hashable, ...]


def SIDES(experts: int) -> tuple[str, ...]:  # noqa: N802 - reads as the constant it mostly is
    """What the experts are called in messages."""
    if experts == 2:
        return ("ours", "theirs")
    return tuple(f"model {number}" for number in range(1, experts + 1))


def rows_of(
    base: Checkpoint | None, experts: Sequence[Checkpoint]
) -> tuple[list[Row], list[tuple[str, str]]]:
    """Every tensor once, in ours' order, then what the others added; and (name, reason) clashes."""
    known: Mapping[str, Tensor] = base.tensors if base else {}
    renames = [find_renames(base, expert) if base else {} for expert in experts]
    renamed = {new for found in renames for new in found.values()}
    clashes: list[tuple[str, str]] = []
    rows: list[Row] = []
    for name in known:
        names = [found.get(name, name) for found in renames]
        moved = sorted({n for n in names if n != name})
        if len(moved) > 1:
            clashes.append((name, f"renamed twice: {', '.join(moved)}"))
            continue
        rows.append(_row(moved[0] if moved else name, name, names, base, experts))
    added = [n for e in experts for n in e.tensors if n not in known and n not in renamed]
    rows += [_row(n, n, [n] * len(experts), base, experts) for n in dict.fromkeys(added)]
    order = {n: i for i, n in enumerate(dict.fromkeys(n for e in experts for n in e.tensors))}
    rows.sort(key=lambda row: order.get(row.name, len(order)))
    return rows, clashes


def _row(
    name: str, base_name: str, names: list[str], base: Checkpoint | None,
    experts: Sequence[Checkpoint],
) -> Row:  # fmt: skip
    old = _version(base, base_name)
    versions = [_version(e, n) for e, n in zip(experts, names, strict=True)]
    ties = [_tie(base, base_name), *(_tie(e, n) for e, n in zip(experts, names, strict=True))]
    if base is not None and old is None and rules.is_output_head(name):
        old, versions = _untied(base, experts, versions)
    return Row(name, old, tuple(versions), tuple(ties))


def _untied(
    base: Checkpoint, experts: Sequence[Checkpoint], versions: list[Version | None]
) -> tuple[Version | None, list[Version | None]]:
    """A head that base did not have was tied to the embedding: that is what it started from."""
    shape = next(v.tensor.shape for v in versions if v is not None)
    owner = next(
        (n for n, t in base.tensors.items() if rules.is_embedding(n) and t.shape == shape), None
    )
    if owner is None:
        return None, versions
    return _version(base, owner), [
        version or _version(expert, owner)
        for version, expert in zip(versions, experts, strict=True)
    ]


def _version(checkpoint: Checkpoint | None, name: str) -> Version | None:
    if checkpoint is None or name not in checkpoint.tensors:
        return None
    return Version(checkpoint, checkpoint.tensors[name])


def _tie(checkpoint: Checkpoint | None, name: str) -> str | None:
    if checkpoint is None or name not in checkpoint.tensors:
        return None
    return checkpoint.tensors[name].tied_to


def find_renames(base: Checkpoint, side: Checkpoint) -> dict[str, str]:
    """Base names that left, mapped to new names with the same bytes; nearest names first."""
    gone = [n for n in base.tensors if n not in side.tensors]
    fresh = [n for n in side.tensors if n not in base.tensors]
    buckets: dict[Hashable, list[str]] = {}
    for name in fresh:
        tensor = side.tensors[name]
        buckets.setdefault((tensor.dtype, tensor.shape, tensor.layout), []).append(name)
    found: dict[str, str] = {}
    for name in gone:
        tensor = base.tensors[name]
        bucket = buckets.get((tensor.dtype, tensor.shape, tensor.layout), [])
        version = Version(base, tensor)
        near = sorted(bucket, key=lambda new: -_affinity(name, new))
        match = next((new for new in near if Version(side, side.tensors[new]) == version), None)
        if match is not None:
            found[name] = match
            bucket.remove(match)
    return found


def _affinity(old: str, new: str) -> int:
    """Length of the common end and the common start of two names."""
    return 2 * _common(old[::-1], new[::-1]) + _common(old, new)


def _common(left: str, right: str) -> int:
    pairs = zip(left, right, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))
