"""The methods that mergekit has too, against its answers (`golden.py` writes them)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.params.methods.golden import CASES, FILE
from tests.params.methods.small import SHAPES, close, merged, models

# Our names and parameters for the cases; important-only's mergekit knows one expert.
OURS: dict[str, tuple[str, dict[str, object]]] = {
    "linear": ("linear", {"weight": "0.5,0.3,0.2"}),
    "task-arithmetic": ("task-arithmetic", {"weight": "0.7,0.4,0.2"}),
    "ties": ("ties", {"density": 0.5}),
    "ram": ("ram", {}),
    "ram-plus": ("ram-plus", {"epsilon": 0.1}),
    "nuslerp": ("nuslerp", {"weight": "0.6,0.3"}),
    "multi-slerp": ("multi-slerp", {"weight": "0.5,0.3,0.2"}),
    "karcher": ("karcher", {}),
    "model-stock": ("model-stock", {}),
    "sce": ("sce", {}),
    "sce-half": ("sce", {"select": 0.5}),
    "breadcrumbs": ("breadcrumbs", {"density": 0.7, "gamma": 0.1}),
    "important-only": ("important-only", {}),
}


def test_every_case_is_compared() -> None:
    assert set(OURS) == set(CASES)


@pytest.mark.parametrize("case", OURS)
def test_equals_mergekit(tmp_path: Path, case: str) -> None:
    _, _, experts, with_base = CASES[case]
    base, tuned = models(experts)
    if experts == 1:
        # A second expert that changed nothing has no delta to take.
        tuned.append(base)
    method, parameters = OURS[case]
    with np.load(FILE) as golden:
        expected = {name: golden[f"{case}/{name}"] for name in SHAPES}
    close(merged(tmp_path, method, base if with_base else None, tuned, **parameters), expected)
