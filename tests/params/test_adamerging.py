"""Layer-wise AdaMerging against its own definition in torch: entropy, autograd, torch's Adam."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mergeassist.cli.main import main
from tests.params.samples import load, noise, save

torch = pytest.importorskip("torch")

Arrays = dict[str, np.ndarray]
INPUTS = noise(99, 30, 4)
STEPS, RATE, START = 25, 0.01, 0.3
NAMES = ("layers.0.weight", "layers.0.bias", "layers.1.weight")


def model(seed: int, like: Arrays | None = None) -> Arrays:
    shapes = {"layers.0.weight": (6, 4), "layers.0.bias": (6,), "layers.1.weight": (3, 6)}
    return {n: noise(seed + i, *s) if like is None else like[n] + noise(seed + i, *s, scale=0.4)
            for i, (n, s) in enumerate(shapes.items())}  # fmt: skip


def entropy(weights: Arrays) -> tuple[float, Arrays]:
    """Mean entropy of the predictions and its gradients, written out: the user's function."""
    first, bias, second = (np.asarray(weights[n], np.float64) for n in NAMES)
    middle = np.tanh(INPUTS @ first.T + bias)
    scores = middle @ second.T
    shares = np.exp(scores - scores.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    each = -(shares * np.log(shares)).sum(1)
    slope = -shares * (np.log(shares) + each[:, None]) / len(INPUTS)
    back = (slope @ second) * (1 - middle**2)
    return float(each.mean()), {
        NAMES[0]: back.T @ INPUTS, NAMES[1]: back.sum(0), NAMES[2]: slope.T @ middle,
    }  # fmt: skip


def test_coefficients_are_those_of_torch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = model(0)
    experts = [model(100, base), model(200, base)]
    paths = [str(save(tmp_path / f"{n}.safetensors", m))
             for n, m in zip("oab", (base, *experts), strict=True)]  # fmt: skip
    out = tmp_path / "out.safetensors"
    assert main(["models", "search", "--base", *paths, "--gradient",
                 "python:tests.params.test_adamerging:entropy", "--budget", str(STEPS),
                 "--rate", str(RATE), "--allow-unrelated", "-o", str(out)]) == 0  # fmt: skip

    origin = {n: torch.tensor(v, dtype=torch.float64) for n, v in base.items()}
    taus = [{n: torch.tensor(e[n], dtype=torch.float64) - origin[n] for n in NAMES}
            for e in experts]  # fmt: skip
    weights = torch.full((len(NAMES), 2), START, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([weights], RATE)
    inputs = torch.tensor(INPUTS, dtype=torch.float64)

    def merged() -> list[torch.Tensor]:
        return [origin[n] + sum(weights[i, j] * taus[j][n] for j in range(2))
                for i, n in enumerate(NAMES)]  # fmt: skip

    losses = []
    for _ in range(STEPS):
        first, bias, second = merged()
        logits = torch.tanh(inputs @ first.T + bias) @ second.T
        loss = -(logits.softmax(1) * logits.log_softmax(1)).sum(1).mean()
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert losses[-1] < losses[0]
    found = load(out)
    for name, values in zip(NAMES, merged(), strict=True):
        # Coefficients are kept to five digits in the record.
        np.testing.assert_allclose(found[name], values.detach().numpy(), rtol=0, atol=5e-5)
    assert main(["models", "verify", str(out)]) == 0
