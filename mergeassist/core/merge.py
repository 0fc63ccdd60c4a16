"""`Merge[T]`: three versions of one thing, and what can be said without looking inside.

The same value type serves files, hunks, tokens and tensors: try it at the coarse grain
first, refine only what is left.  The laws (tested in `tests/core/test_merge.py`):

    m(O, A, O) = A        only ours changed
    m(O, O, B) = B        only theirs changed
    m(O, A, A) = A        both made the same change
    m(O, A, B) trivial  <=>  m(O, B, A) trivial, with the same answer

The algebra is jj's (`lib/src/merge.rs`), restricted to three terms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Resolved(NamedTuple, Generic[T]):
    """A box, so that a resolution to `None` (a deleted path) differs from no resolution."""

    value: T


class Merge(NamedTuple, Generic[T]):
    """Base, ours and theirs of one thing; `T` needs equality only."""

    base: T
    ours: T
    theirs: T

    def trivial(self) -> Resolved[T] | None:
        """The answer where at most one side differs from base or both agree, else `None`."""
        if self.ours == self.theirs or self.base == self.theirs:
            return Resolved(self.ours)
        if self.base == self.ours:
            return Resolved(self.theirs)
        return None

    def map(self, function: Callable[[T], U]) -> Merge[U]:
        """Apply `function` to the three versions."""
        return Merge(function(self.base), function(self.ours), function(self.theirs))

    def mirrored(self) -> Merge[T]:
        """The same merge seen from the other side (rebase swaps ours and theirs)."""
        return Merge(self.base, self.theirs, self.ours)
