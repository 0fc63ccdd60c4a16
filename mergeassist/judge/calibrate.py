"""Scores to probabilities that hold: a softmax, then a monotone map of the best one.

The map is piecewise linear through knots fitted by isotonic regression on the valid split
(Zadrozny and Elkan, 2002), whose repositories the network never saw; what it gives to or takes
from the best candidate, the others share in proportion.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mergeassist.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Calibration(NamedTuple):
    """`said` and `was` are the knots of the map; `thresholds` from risk to probability."""

    said: tuple[float, ...]
    was: tuple[float, ...]
    thresholds: Mapping[str, float]

    def probabilities(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """Calibrated probability of each candidate from (1 + candidates,) scores, "none" first."""
        raw: NDArray[np.float64] = np.exp((scores - scores.max()).astype(float))
        candidates: NDArray[np.float64] = (raw / raw.sum())[1:]
        if not len(candidates):
            return candidates
        best = int(candidates.argmax())
        top = float(np.interp(candidates[best], self.said, self.was))
        rest = 1 - candidates[best]
        calibrated = candidates * ((1 - top) / rest if rest > 1e-9 else 0.0)
        calibrated = np.minimum(calibrated, top)
        calibrated[best] = top
        return calibrated

    def threshold(self, risk: float) -> float:
        """The probability from which four of five repositories keep the stated share of errors.

        The strictest fitted risk not above `risk`; 1.01 (accept nothing) where there is none.
        """
        known = sorted((float(r), t) for r, t in self.thresholds.items() if float(r) <= risk + 1e-9)
        return known[-1][1] if known else 1.01


def load_calibration(path: Path) -> Calibration:
    """Read `calibration.json`; raises `InputError` for a file that is not one."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return Calibration(
            tuple(map(float, raw["said"])),
            tuple(map(float, raw["was"])),
            {str(k): float(v) for k, v in raw["thresholds"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(path, f"not a calibration ({error})", "reinstall mergeassist") from error
