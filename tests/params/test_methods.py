"""Each method against an independent float64 reference written from the papers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mergeassist.errors import UsageError
from mergeassist.params.execute import key_of
from mergeassist.params.methods import checked
from mergeassist.params.methods.dare import uniform16
from tests.params.samples import bf16, from_bf16, noise, run

SHAPE = (40, 130)


def models(count: int = 2) -> list[np.ndarray]:
    base = noise(0, *SHAPE, scale=0.05)
    return [base, *(base + noise(i, *SHAPE, scale=0.01) for i in range(1, count + 1))]


def reference_ties(base: np.ndarray, experts: list[np.ndarray], density: float) -> np.ndarray:
    taus = []
    for expert in experts:
        tau = (expert - base).astype(np.float64).ravel()
        kept = max(1, round(density * tau.size))
        threshold = np.sort(np.abs(tau))[tau.size - kept]
        taus.append(np.where(np.abs(tau) >= threshold, tau, 0.0))
    stacked = np.array(taus)
    sign = np.where(stacked.sum(0) >= 0, 1.0, -1.0)
    agree = (stacked != 0) & (np.sign(stacked) == sign)
    count = agree.sum(0)
    mean = np.where(count > 0, (stacked * agree).sum(0) / np.maximum(count, 1), 0.0)
    return (base.astype(np.float64).ravel() + mean).reshape(base.shape)


@pytest.mark.parametrize("density", [1.0, 0.7, 0.2, 0.01, 0.0])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_ties_equals_the_reference(tmp_path: Path, density: float, count: int) -> None:
    base, *experts = models(count)
    _, merged = run(
        tmp_path, {"w": base}, *({"w": e} for e in experts), parameters={"density": density}
    )
    np.testing.assert_allclose(
        merged["w"], reference_ties(base, experts, density), rtol=0, atol=3e-8
    )


def test_ties_threshold_is_exact_where_magnitudes_repeat(tmp_path: Path) -> None:
    base = np.zeros(100_000, np.float32)
    taus = [np.round(noise(i, 100_000) * 4) / 4 for i in (1, 2)]
    _, merged = run(
        tmp_path, {"w": base}, *({"w": tau} for tau in taus), parameters={"density": 0.1},
        allow_unrelated=True,
    )  # fmt: skip
    np.testing.assert_allclose(merged["w"], reference_ties(base, taus, 0.1), rtol=0, atol=1e-7)


def test_linear_divides_by_the_weights(tmp_path: Path) -> None:
    _, ours, theirs = models()
    _, merged = run(
        tmp_path, None, {"w": ours}, {"w": theirs}, method="linear", parameters={"weight": "3,1"}
    )
    np.testing.assert_allclose(merged["w"], (3 * ours + theirs) / 4, rtol=1e-6, atol=1e-8)


def test_bf16_is_rounded_once_to_nearest_even(tmp_path: Path) -> None:
    ours, theirs = bf16(noise(1, 5000)), bf16(noise(2, 5000))
    _, merged = run(
        tmp_path, None, {"w": ours}, {"w": theirs}, method="linear", allow_unrelated=True
    )
    mean = (from_bf16(ours).astype(np.float64) + from_bf16(theirs)) / 2
    assert (merged["w"] == bf16(mean.astype(np.float32))).all()


def test_task_arithmetic_adds(tmp_path: Path) -> None:
    base, ours, theirs = models()
    _, merged = run(
        tmp_path, {"w": base}, {"w": ours}, {"w": theirs}, method="task-arithmetic",
        parameters={"lambda": 0.5, "weight": "1,2"},
    )  # fmt: skip
    expected = base + 0.5 * ((ours - base) + 2 * (theirs - base))
    np.testing.assert_allclose(merged["w"], expected, rtol=0, atol=1e-7)


def test_dare_keeps_p_rescales_and_is_keyed_by_element(tmp_path: Path) -> None:
    base = np.zeros(200_000, np.float32)
    ours, theirs = np.ones_like(base), np.full_like(base, 100)
    _, merged = run(
        tmp_path, {"w": base}, {"w": ours}, {"w": theirs}, method="dare",
        parameters={"density": 0.25}, seed=3, allow_unrelated=True,
    )  # fmt: skip
    kept = merged["w"] % 100 > 0
    assert abs(kept.mean() - 0.25) < 0.005
    assert set(np.unique(merged["w"])) == {0.0, 4.0, 400.0, 404.0}
    whole = uniform16(key_of(3, "w", "a"), 0, 1000)
    assert (uniform16(key_of(3, "w", "a"), 123, 50) == whole[123:173]).all()


def test_ram_averages_shared_changes_only(tmp_path: Path) -> None:
    base = np.zeros(6, np.float32)
    experts = [np.array(v, np.float32) for v in
               ([1, 0, 0, 2, 2, 0], [0, 1, 0, 4, 2, 0], [0, 0, 3, 6, 0, 0])]  # fmt: skip
    options = {"method": "ram", "allow_unrelated": True}
    _, merged = run(tmp_path, {"w": base}, *({"w": e} for e in experts), **options)
    assert merged["w"].tolist() == [1, 1, 3, 4, 2, 0]
    _, merged = run(tmp_path, {"w": base}, *({"w": e} for e in experts[:2]), **options)
    assert merged["w"].tolist() == [1, 1, 0, 3, 2, 0]


def test_slerp_keeps_the_norm_of_orthogonal_models(tmp_path: Path) -> None:
    ours, theirs = np.array([3.0, 0], np.float32), np.array([0, 3.0], np.float32)
    _, merged = run(
        tmp_path, None, {"w": ours}, {"w": theirs}, method="slerp", allow_unrelated=True
    )
    np.testing.assert_allclose(merged["w"], [4.5**0.5] * 2, rtol=1e-6)
    assert run(tmp_path, None, *[{"w": ours * i} for i in (1, 2, 3)], method="slerp")[0].refusals


def test_fp64_is_computed_in_fp64(tmp_path: Path) -> None:
    base = np.array([1.0, 1.0])
    ours, theirs = base + 1e-12, base + 3e-12
    _, merged = run(tmp_path, {"w": base}, {"w": ours}, {"w": theirs}, method="linear")
    np.testing.assert_allclose(merged["w"] - 1, 2e-12, rtol=1e-3)


@pytest.mark.parametrize(
    ("method", "given"),
    [("ties", {"density": 2}), ("ties", {"densty": 0.2}), ("nope", {}), ("dare", {"density": "x"})],
)
def test_parameters_are_declared_and_checked(method: str, given: dict) -> None:
    with pytest.raises(UsageError):
        checked(method, given)


def test_overflow_of_the_result_is_refused(tmp_path: Path) -> None:
    base = np.full(4, 60000, np.float16)
    report, merged = run(
        tmp_path, {"w": base}, {"w": base + np.float16(2000)}, {"w": base + np.float16(3000)},
        method="task-arithmetic", parameters={"lambda": 5},
    )  # fmt: skip
    assert "overflow" in report.line
    assert not merged
