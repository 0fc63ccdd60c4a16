"""Each candidate seen from the side it takes.

That the other side is the later work speaks for *theirs* as it speaks against *ours*; a tree that
sees `ours_…` and `theirs_…` columns has to learn it twice.  So each row also carries every paired
column as "own" and "other": own is the side the candidate is nearer to.  On repositories never
seen that takes 0.005 off the log-loss (training/LOG.md, fourth session).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mergeassist.judge.evidence import Schema

# evidence that compares ours with theirs in one signed number
_SIGNED = ("ours_newer", "ours_fresher", "ours_region_fresher")


class Sides(NamedTuple):
    """Columns of `trees.tree_rows`, by number: the pairs (P,) of ours and theirs, the `signed`
    (M,) that change sign with the side, and those that say which side a row takes."""

    ours: NDArray[np.intp]
    theirs: NDArray[np.intp]
    signed: NDArray[np.intp]
    line_ours: int
    line_theirs: int
    ours_kept: int
    theirs_kept: int
    ours_first: NDArray[np.intp]
    theirs_first: NDArray[np.intp]

    def facing_theirs(self, rows: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(n,): which rows are nearer to theirs; unions go by what stands first."""
        ours, theirs = rows[:, self.ours_kept], rows[:, self.theirs_kept]
        turned = (rows[:, self.theirs_first] > 0).any(1) & ~(rows[:, self.ours_first] > 0).any(1)
        nearer = np.where(ours == theirs, turned, theirs > ours)
        nearer |= rows[:, self.line_theirs] > 0
        found: NDArray[np.bool_] = nearer & ~(rows[:, self.line_ours] > 0)
        return found

    def widen(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, C + 2P + 1 + M) from (n, C): the rows, then own, other, the side, the signed."""
        side = self.facing_theirs(rows)[:, None]
        ours, theirs, signed = rows[:, self.ours], rows[:, self.theirs], rows[:, self.signed]
        own, other = np.where(side, theirs, ours), np.where(side, ours, theirs)
        signed = np.where(side, -signed, signed)
        return np.concatenate([rows, own, other, side.astype(np.float32), signed], axis=1)

    def names(self, schema: Schema) -> list[str]:
        """What `widen`'s columns are called."""
        names = [*schema.conflict, *schema.candidate, *schema.sources, "none"]
        paired = [names[at] for at in self.ours]
        wide = [*names, *(f"own {n}" for n in paired), *(f"other {n}" for n in paired)]
        return [*wide, "faces theirs", *(f"own {names[at]}" for at in self.signed)]


def mirrored(name: str) -> str:
    """The name of the same evidence, or pattern, with the sides exchanged."""
    return name.replace("theirs", "\0").replace("ours", "theirs").replace("\0", "ours")


def sides_of(schema: Schema) -> Sides:
    """Where the sides stand among the columns of a schema's rows."""
    known, offered = list(schema.conflict), [*schema.candidate, *schema.sources]
    first = len(known)
    pairs = [
        (start + at, start + names.index(mirrored(name)))
        for start, names in ((0, known), (first, offered))
        for at, name in enumerate(names)
        if mirrored(name) in names[at + 1 :]
    ]
    at = {name: first + number for number, name in enumerate(offered)}
    turned = [name for name in schema.sources if "theirs-ours" in name or "mirrored" in name]
    straight = [
        name
        for name in schema.sources
        if name not in turned and ("ours-theirs" in name or name.startswith("union"))
    ]
    return Sides(
        ours=_numbers(one for one, _ in pairs),
        theirs=_numbers(other for _, other in pairs),
        signed=_numbers(known.index(name) for name in _SIGNED if name in known),
        line_ours=at["line-ours"],
        line_theirs=at["line-theirs"],
        ours_kept=at["ours_kept"],
        theirs_kept=at["theirs_kept"],
        ours_first=_numbers(at[name] for name in straight),
        theirs_first=_numbers(at[name] for name in turned),
    )


def _numbers(found: Iterable[int]) -> NDArray[np.intp]:
    return np.array(list(found), np.intp)
