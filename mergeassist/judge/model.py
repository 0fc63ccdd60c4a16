"""The shipped judge: weights, vocabulary, schema and calibration of one folder, loaded once."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from mergeassist.core.outcome import Proposal
from mergeassist.errors import InputError
from mergeassist.judge import neighbours
from mergeassist.judge.calibrate import load_calibration
from mergeassist.judge.encode import NOTHING_READ, Encoded, Vocabulary, encode
from mergeassist.judge.evidence import ConflictView, Evidence, Schema, measure
from mergeassist.judge.personal import FEATURES, Observation, Personal, features, keys_of, right_of
from mergeassist.judge.sides import sides_of
from mergeassist.judge.trees import load_trees, tree_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "judge"
_TAKES = [FEATURES.index(pattern) for pattern in neighbours.PULLS]


class Runtime(Protocol):
    """Whatever can score one encoded conflict."""

    name: str

    def scores(
        self,
        encoded: Encoded,
        conflict: NDArray[np.float32],
        candidate: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """(1 + candidates,) scores, the first for "none of these"."""

    def means(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The mean of each column of the two in training."""


# name -> module with `load(folder, config) -> Runtime`; loaded by name, so torch costs nothing
RUNTIMES = {
    "numpy": "mergeassist.judge.runtime_numpy",
    "onnx": "mergeassist.judge.runtime_onnx",
    "torch": "mergeassist.judge.runtime_torch",
}


class Mixture(NamedTuple):
    """How the network's and the trees' scores add up; fitted on the valid split."""

    network: float = 1.0
    trees: float = 0.0
    none: float = 0.0

    def mix(self, scores: NDArray[np.float32], trees: NDArray[np.float64]) -> NDArray[np.float32]:
        """(1 + candidates,) scores from two such, the first for "none of these"."""
        mixed = self.network * scores.astype(np.float64) + self.trees * trees
        mixed[0] += self.none
        return mixed.astype(np.float32)


class Judged(NamedTuple):
    """One judged conflict: the proposals as ranked and as offered, and the judge's own view of
    them (keys, features and unshifted scores, as in `personal.Observation`)."""

    ranked: tuple[Proposal, ...]
    offered: tuple[Proposal, ...]
    keys: tuple[str, ...]
    features: NDArray[np.float64]
    scores: NDArray[np.float64]

    def decided(self, truth: bytes) -> Observation:
        """What was committed, as `Personal.learn` takes it."""
        return Observation(self.keys, self.features, self.scores, right_of(self.offered, truth))


class _Look(NamedTuple):
    """One conflict by itself: as `Judged`, before its neighbours and the past are heard."""

    offered: tuple[Proposal, ...]
    keys: tuple[str, ...]
    features: NDArray[np.float64]
    scores: NDArray[np.float32]


class Judge:
    """Ranks the proposals of a conflict by calibrated probability."""

    def __init__(self, folder: Path, runtime: str = "numpy") -> None:
        """Raises `InputError` for a folder that holds no model or an unknown runtime."""
        if runtime not in RUNTIMES:
            raise InputError(runtime, "no such runtime", f"one of {', '.join(RUNTIMES)}")
        try:
            self.config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
            network, schema = self.config["network"], self.config["schema"]
            self.schema = Schema(*(tuple(schema[name]) for name in Schema._fields))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                folder, f"holds no judge ({error})", "reinstall mergeassist"
            ) from error
        self.sides = sides_of(self.schema)
        self.calibration = load_calibration(folder / "calibration.json")
        self.vocabulary = Vocabulary(folder / "tokenizer.json") if network["text"] else None
        self.mixture = Mixture(**self.config.get("mixture", {}))
        trees = folder / "trees.safetensors"
        self.trees = load_trees(trees) if trees.is_file() else None
        module = importlib.import_module(RUNTIMES[runtime])
        self.runtime: Runtime = module.load(folder, network)

    def rank(
        self, view: ConflictView, proposals: Sequence[Proposal], personal: Personal | None = None
    ) -> tuple[Proposal, ...]:
        """The proposals with their probabilities, likeliest first."""
        return self.judge(view, proposals, personal).ranked

    def judge(
        self, view: ConflictView, proposals: Sequence[Proposal], personal: Personal | None = None
    ) -> Judged:
        """The same with what `personal` may learn from once the conflict is decided; as if the
        conflict were alone in its file."""
        return self._judged([self._look(view, proposals)], personal)[0]

    def judge_file(
        self,
        views: Sequence[ConflictView],
        offered: Sequence[Sequence[Proposal]],
        personal: Personal | None = None,
        *,
        is_late: Callable[[], bool] = lambda: False,
    ) -> list[Judged | None]:
        """`judge` for all conflicts of one file, each in the light of the others; `None` for
        those not reached before `is_late`."""
        looks = [
            None if is_late() else self._look(view, proposals)
            for view, proposals in zip(views, offered, strict=True)
        ]
        judged = iter(self._judged([look for look in looks if look is not None], personal))
        return [None if look is None else next(judged) for look in looks]

    def _look(self, view: ConflictView, proposals: Sequence[Proposal]) -> _Look:
        evidence = measure(view, proposals)
        own = self._scores(view, proposals, evidence)
        keys = keys_of(view.file.context)
        return _Look(tuple(proposals), keys, features(evidence, own), own)

    def _judged(self, looks: list[_Look], personal: Personal | None) -> list[Judged]:
        """The looks at the conflicts of one file as judgements."""
        scores = [look.scores.astype(np.float64) for look in looks]
        takes = [look.features[:, _TAKES] for look in looks]
        scores = [a + b for a, b in zip(scores, neighbours.shifts(scores, takes), strict=True)]
        return [self._ranked(look, own, personal) for look, own in zip(looks, scores, strict=True)]

    def _ranked(self, look: _Look, own: NDArray[np.float64], personal: Personal | None) -> Judged:
        shift = 0.0 if personal is None else personal.shift(look.keys, look.features, own)
        scores = (own + shift).astype(np.float32)
        probabilities = self.calibration.probabilities(scores)
        order = np.argsort(-scores[1:], kind="stable")  # calibration may tie the first two
        ranked = tuple(
            look.offered[at]._replace(probability=round(float(probabilities[at]), 4))
            for at in order
        )
        return Judged(ranked, look.offered, look.keys, look.features, own)

    def scores(self, view: ConflictView, proposals: Sequence[Proposal]) -> NDArray[np.float32]:
        """Raw scores, "none of these" first."""
        return self._scores(view, proposals, measure(view, proposals))

    def read(self, view: ConflictView, proposals: Sequence[Proposal]) -> Encoded:
        """The conflict as tokens; `NOTHING_READ` for a network that reads the evidence only."""
        if self.vocabulary is None:
            return NOTHING_READ
        return encode(view, [proposal.text for proposal in proposals], self.vocabulary)

    def mixed(
        self, encoded: Encoded, conflict: NDArray[np.float32], candidate: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(1 + K,) scores of network and trees together, from `Evidence.arrays`."""
        found = self.runtime.scores(encoded, conflict, candidate)
        if self.trees is None:
            return found
        return self.mixture.mix(
            found, self.trees.scores(tree_rows(conflict, candidate, self.sides))
        )

    def _scores(
        self, view: ConflictView, proposals: Sequence[Proposal], evidence: Evidence
    ) -> NDArray[np.float32]:
        return self.mixed(self.read(view, proposals), *evidence.arrays(self.schema))


def shipped_folder() -> Path | None:
    """Where the judge lies: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "models" / NAME, package.parent / "models" / NAME):
        if (folder / "config.json").is_file():
            return folder
    return None


@lru_cache(maxsize=2)
def load(folder: str | None = None, runtime: str = "numpy") -> Judge | None:
    """The judge of `folder`, or the shipped one; `None` where none is shipped.

    Raises `InputError` for a folder that cannot be used.
    """
    found = Path(folder) if folder else shipped_folder()
    return Judge(found, runtime) if found else None
