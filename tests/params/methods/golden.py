"""Writes mergekit's answers on the small models: run it where mergekit 0.1.5 is installed.

    PYTHONPATH=. /path/to/mergekit/venv/bin/python -m tests.params.methods.golden

Tests compare with the file; they need no mergekit.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.params.methods.small import models

FILE = Path(__file__).with_name("mergekit-0.1.5.npz")
# case: (mergekit's method, its parameters, experts, with base)
CASES: dict[str, tuple[str, dict[str, object], int, bool]] = {
    "linear": ("linear", {"weight": [0.5, 0.3, 0.2]}, 3, False),
    "task-arithmetic": ("task_arithmetic", {"weight": [0.7, 0.4, 0.2]}, 3, True),
    "ties": ("ties", {"weight": [1.0] * 3, "density": [0.5] * 3}, 3, True),
    "ram": ("ram", {"epsilon": 0.0}, 3, True),
    "ram-plus": ("ramplus_tl", {"epsilon": 0.1}, 3, True),
    "nuslerp": ("nuslerp", {"weight": [0.6, 0.3]}, 2, True),
    "multi-slerp": ("multislerp", {"weight": [0.5, 0.3, 0.2]}, 3, True),
    "karcher": ("karcher", {}, 3, False),
    "model-stock": ("model_stock", {}, 3, True),
    "sce": ("sce", {}, 3, True),
    "sce-half": ("sce", {"select_topk": 0.5}, 3, True),
    "breadcrumbs": ("breadcrumbs", {"weight": [1.0] * 3, "density": [0.7] * 3, "gamma": [0.1] * 3},
                    3, True),
    "important-only": ("arcee_fusion", {}, 1, True),
}  # fmt: skip


def main() -> None:
    """Merge every tensor of every case and save what comes out."""
    import torch
    from mergekit.merge_methods.api import merge_tensors

    found = {}
    for case, (method, parameters, experts, with_base) in CASES.items():
        base, tuned = models(experts)
        for name in base:
            tensors = [torch.from_numpy(m[name]) for m in ([base] if with_base else []) + tuned]
            out = merge_tensors(
                tensors, method, parameters=parameters, base_index=0 if with_base else None,
                name=name,
            )  # fmt: skip
            found[f"{case}/{name}"] = out.numpy()
    np.savez_compressed(FILE, **found)


if __name__ == "__main__":
    main()
