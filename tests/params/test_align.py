"""Hidden units put in another model's order: exact, and only where the names say what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mergeassist.cli.main import main
from mergeassist.params.align import augmented
from tests.params.samples import bf16, load, noise, save


def model(seed: int) -> dict[str, np.ndarray]:
    return {
        "h.0.mlp.gate_proj.weight": noise(seed, 9, 4),
        "h.0.mlp.up_proj.weight": noise(seed + 1, 9, 4),
        "h.0.mlp.down_proj.weight": bf16(noise(seed + 2, 4, 9)), "h.0.norm.weight": noise(seed, 4),
        "h.1.fc1.weight": noise(seed + 3, 6, 4), "h.1.fc1.bias": noise(seed + 4, 6),
        "h.1.fc2.weight": noise(seed + 5, 4, 6), "h.1.fc2.bias": noise(seed + 6, 4),
    }  # fmt: skip


def shuffled(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    first, second = np.random.default_rng(0).permutation(9), np.random.default_rng(1).permutation(6)
    found = dict(arrays)
    for name in ("gate_proj", "up_proj"):
        found[f"h.0.mlp.{name}.weight"] = arrays[f"h.0.mlp.{name}.weight"][first]
    found["h.0.mlp.down_proj.weight"] = arrays["h.0.mlp.down_proj.weight"][:, first]
    found["h.1.fc1.weight"] = arrays["h.1.fc1.weight"][second]
    found["h.1.fc1.bias"] = arrays["h.1.fc1.bias"][second]
    found["h.1.fc2.weight"] = arrays["h.1.fc2.weight"][:, second]
    return found


def test_a_shuffled_model_comes_back_bit_for_bit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    original = model(0)
    save(tmp_path / "b", original)
    save(tmp_path / "a", shuffled(original))
    out = tmp_path / "out"
    assert main(["models", "align", str(tmp_path / "a"), "--to", str(tmp_path / "b"),
                 "-o", str(out)]) == 0  # fmt: skip
    assert "of 9 units moved" in capsys.readouterr().out
    for name, values in load(out).items():
        assert values.tobytes() == original[name].tobytes()


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "a", model(0))
    save(tmp_path / "plain", {"w": noise(1, 3)})
    for first, second in (("a", "plain"), ("plain", "a")):
        assert main(["models", "align", str(tmp_path / first), "--to", str(tmp_path / second),
                     "-o", str(tmp_path / "out")]) == 2  # fmt: skip
    assert not (tmp_path / "out").exists()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(0, 10**6), st.booleans())
def test_assignments_are_the_best_of_all(size: int, seed: int, rough: bool) -> None:
    from itertools import permutations

    scores = np.random.default_rng(seed).standard_normal((size, size))
    scores = np.round(scores) if rough else scores
    order = augmented(scores)
    assert sorted(order) == list(range(size))
    best = max(sum(scores[i, p[i]] for i in range(size)) for p in permutations(range(size)))
    assert scores[np.arange(size), order].sum() == pytest.approx(best)
