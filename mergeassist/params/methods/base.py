"""The types that methods are written with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.errors import UsageError
from mergeassist.params.dtypes import Floats, aligned

Values = dict[str, tuple[float, ...]]
Mask = npt.NDArray[np.bool_]


class Parameter(NamedTuple):
    """One declared parameter: a number, or one number an expert where `each` is set."""

    name: str
    default: float
    low: float
    high: float
    help: str
    each: bool = False

    def parse(self, method: str, given: object) -> tuple[float, ...]:
        """The value(s) as floats; UsageError where they are none or out of range."""
        parts = given.split(",") if isinstance(given, str) else given
        try:
            if isinstance(parts, list | tuple):
                found = tuple(float(part) for part in parts)
            else:
                found = (float(parts),)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise UsageError(f"{method}: {self.name}={given!r} is not a number") from None
        if not found or (len(found) > 1 and not self.each):
            raise UsageError(f"{method}: {self.name} takes one number")
        if not all(self.low <= value <= self.high for value in found):
            raise UsageError(f"{method}: {self.name} must lie in {self.low:g}..{self.high:g}")
        return found


class Block:
    """One block of one tensor with its working memory, reused from block to block.

    `base` (or `None`), `experts`, `out`, `spare` and `taus` have shape (n,) and the work type;
    `masks` are booleans.  `start` counts floats from the tensor's start; `keys` are one 128-bit
    number an expert, drawn from (seed, tensor name, expert).  Where `split` is set the elements are
    in another order, those at even places before those at odd ones: only for an `orderless` method.
    """

    def __init__(self, experts: int, size: int, work: type[np.floating[Any]]) -> None:
        self._base: Floats = aligned(size, work)
        self._experts: list[Floats] = [aligned(size, work) for _ in range(experts)]
        self._taus: list[Floats] = [aligned(size, work) for _ in range(experts)]
        self._out: Floats = aligned(size, work)
        self._spare: Floats = aligned(size, work)
        self._masks: list[Mask] = [aligned(size, np.bool_) for _ in range(max(5, experts + 2))]
        self._word: npt.NDArray[np.signedinteger[Any]] = aligned(
            size, np.int32 if work is np.float32 else np.int64
        )
        self.state: Any = None
        self.keys: tuple[int, ...] = (0,) * experts
        # By key: where the last block ended, and the generator that stands there.
        self.sources: dict[int, tuple[int, Any]] = {}
        self.has_base = True
        self.split = False
        self.size = -1
        self.resize(0, size)

    def resize(self, start: int, size: int) -> None:
        """Make the block cover `size` floats from `start`."""
        self.start = start
        if size == self.size:
            return
        self.size = size
        self.base = self._base[:size]
        self.experts = [expert[:size] for expert in self._experts]
        self.taus = [tau[:size] for tau in self._taus]
        self.out, self.spare = self._out[:size], self._spare[:size]
        self.masks = [mask[:size] for mask in self._masks]
        self.word = self._word[:size]

    def choose(self, mask: Mask, when: Floats, otherwise: Floats, out: Floats) -> None:
        """`out` = `when` where `mask`, else `otherwise`, bit for bit; `when` is destroyed.

        Without branches: numpy's masked copies cost 20 times as much on masks at random.
        """
        word = self.word
        np.copyto(word, mask)
        np.negative(word, out=word)
        chosen, other = when.view(word.dtype), otherwise.view(word.dtype)
        np.bitwise_xor(chosen, other, out=chosen)
        np.bitwise_and(chosen, word, out=chosen)
        np.bitwise_xor(chosen, other, out=out.view(word.dtype))


class Whole(NamedTuple):
    """One tensor in memory, for methods that need rows, columns or singular values.

    `base` (or `None`) and the experts have the tensor's shape and the work type, and are copies.
    `state` is what `prepare` returned; `statistics` holds one array an expert (`None` where the
    caller gave none for this tensor): what a method with data knows of this tensor's inputs.
    """

    name: str
    base: Floats | None
    experts: tuple[Floats, ...]
    keys: tuple[int, ...] = ()
    state: Any = None
    statistics: tuple[Floats | None, ...] = ()

    @property
    def taus(self) -> list[Floats]:
        """The task vectors, of the tensor's shape."""
        assert self.base is not None
        return [expert - self.base for expert in self.experts]


Kernel = Callable[[Block, Values], None]
WholeKernel = Callable[[Whole, Values], Floats]
Blocks = Callable[[int], Iterable[Block]]  # every n-th block of the tensor, with data read
Prepare = Callable[[Blocks, int, Values], Any]


class Method(NamedTuple):
    """A method in the table.

    It has a `kernel` for blocks or, with `whole`, one for whole tensors.  Where `of_model` is set,
    `prepare` sees the blocks of all tensors that the method is to merge, once.  An `orderless`
    kernel does not ask where in its block an element is, nor how blocks are cut; nor does its
    prepare, unless it sums up floats (`ordered_prepare`).
    """

    name: str
    summary: str
    kernel: Kernel | None
    parameters: tuple[Parameter, ...] = ()
    needs_base: bool = True
    max_experts: int = 64
    prepare: Prepare | None = None
    random: bool = False
    whole: WholeKernel | None = None
    of_model: bool = False
    needs_data: str = ""
    orderless: bool = False
    ordered_prepare: bool = False


WEIGHT = Parameter("weight", 1.0, -10.0, 10.0, "one number, or one an expert: 0.7,0.3", each=True)
SCALE = Parameter("lambda", 1.0, -10.0, 10.0, "factor on the merged task vector")


def weights(values: Values, experts: int) -> tuple[float, ...]:
    """One weight an expert; UsageError where the numbers given are fewer or more."""
    given = values["weight"]
    if len(given) == 1:
        return given * experts
    if len(given) != experts:
        raise UsageError(f"{len(given)} weights for {experts} experts; give one, or one an expert")
    return given
