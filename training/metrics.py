"""Figures of a judge over labelled conflicts, the same for every model that is compared."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def coverage_at(probability: Array, right: Array, precision: float) -> float:
    """The largest share that can be accepted, most certain first, at this precision."""
    order = np.argsort(-probability, kind="stable")
    running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last = np.append(probability[order][1:] != probability[order][:-1], True)  # of a tie
    good = np.nonzero((running >= precision) & last)[0]
    good = good[good >= 19]  # fewer than twenty accepted say nothing
    return float((good[-1] + 1) / len(order)) if len(good) else 0.0


def calibration_error(probability: Array, right: Array, bins: int = 10) -> float:
    """Expected calibration error over equally filled bins."""
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, bins)
    gaps = [abs(probability[p].mean() - right[p].mean()) * len(p) for p in parts if len(p)]
    return float(sum(gaps) / len(order))


def summary(probability: Array, first: Array, three: Array, oracle: Array) -> dict[str, float]:
    """First, first three, oracle, shares at fixed precision, calibration error."""
    found = {
        "conflicts": float(len(first)),
        "first": float(first.mean()),
        "first_three": float(three.mean()),
        "oracle": float(oracle.mean()),
        "calibration_error": calibration_error(probability, first),
    }
    for level in (0.80, 0.85, 0.90, 0.95):
        found[f"share_at_{level:.2f}"] = coverage_at(probability, first, level)
    return found
