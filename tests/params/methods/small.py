"""Small random models and the two ways they are merged in these tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.params.samples import noise, run

SHAPES = {
    "model.embed_tokens.weight": (11, 8), "layers.0.weight": (12, 8), "layers.0.bias": (12,),
    "layers.1.weight": (8, 12), "conv.weight": (6, 2, 2, 2), "norm.weight": (8,),
}  # fmt: skip
Model = dict[str, np.ndarray]


def model(seed: int, like: Model | None = None, scale: float = 0.1) -> Model:
    """A base, or a fine-tune of one."""
    made = {}
    for number, (name, shape) in enumerate(SHAPES.items()):
        values = noise(1000 * seed + number, *shape, scale=0.5 if like is None else scale)
        made[name] = values if like is None else like[name] + values
    return made


def models(count: int) -> tuple[Model, list[Model]]:
    """A base and its fine-tunes."""
    base = model(0)
    return base, [model(i, base) for i in range(1, count + 1)]


def merged(
    folder: Path, method: str, base: Model | None, experts: list[Model], **parameters: object
) -> Model:
    """What mergeassist makes of them, by way of files."""
    report, found = run(
        folder, base, *experts, method=method, parameters=parameters, every=True,
        allow_unrelated=True, seed=7,
    )  # fmt: skip
    assert not report.refusals, report.line
    return found


def close(found: Model, expected: Model, tolerance: float = 3e-6) -> None:
    """Equal names and values within the rounding of fp32."""
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=0, atol=tolerance, err_msg=name)
