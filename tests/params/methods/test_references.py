"""Every method that mergekit lacks, against its formula in float64 (`references.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mergeassist.params.methods import Block
from mergeassist.params.methods.disentangle import _near_divergence, _row_divergence
from mergeassist.params.methods.ranks import kth_largest
from mergeassist.params.methods.spectral import aligned_factors, singular
from mergeassist.params.methods.ties import largest_magnitudes
from tests.params.methods import references as ref
from tests.params.methods.small import Model, close, merged, models
from tests.params.samples import noise, run

Reference = Callable[..., Model]
CASES: list[tuple[str, dict[str, object], Reference, dict[str, object]]] = [
    ("ties-global", {}, ref.ties_global, {}),
    ("ties-global", {"density": 0.7}, ref.ties_global, {"density": 0.7}),
    ("localize-and-stitch", {}, ref.localize, {}),
    ("consensus", {}, ref.consensus, {}),
    ("consensus", {"mask": 0.2, "k": 3, "lambda": 1}, ref.consensus,
     {"mask": 0.2, "k": 3, "lam": 1}),
    ("consensus", {"expert": 2}, ref.tall, {"which": 2}),
    ("emr", {}, ref.emr, {}),
    ("emr", {"expert": 2}, ref.emr, {"which": 2}),
    ("pcb", {}, ref.pcb, {}),
    ("pcb", {"density": 0.3, "clip": 0.05, "lambda": 1}, ref.pcb,
     {"ratio": 0.3, "clip": 0.05, "lam": 1}),
    ("widen", {}, ref.widen, {}),
    ("tsv-m", {}, ref.by_matrix(ref.tsv_m), {}),
    ("iso-c", {}, ref.by_matrix(ref.iso_c), {}),
    ("iso-cts", {}, ref.by_matrix(ref.iso_cts), {}),
    ("knots", {}, ref.by_matrix(ref.knots), {}),
    ("knots", {"density": 0.4}, ref.by_matrix(lambda taus: ref.knots(taus, 0.4)), {}),
]  # fmt: skip


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize(
    ("method", "given", "reference", "same"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES]
)
def test_equals_the_formula(
    tmp_path: Path, count: int, method: str, given: dict, reference: Reference, same: dict
) -> None:
    base, experts = models(count)
    close(merged(tmp_path, method, base, experts, **given), reference(base, experts, **same))


@pytest.mark.parametrize(("method", "reference"), [("dare-ties", ref.dare_ties),
                                                   ("della", ref.della)])  # fmt: skip
def test_random_dropping_equals_the_formula(
    tmp_path: Path, method: str, reference: Reference
) -> None:
    base, experts = models(3)
    report, found = run(
        tmp_path, base, *experts, method=method, every=True, allow_unrelated=True, seed=7,
        ids=("b", "0", "1", "2"),
    )  # fmt: skip
    assert not report.refusals
    close(found, reference(base, experts))


def test_slerp_equals_the_formula(tmp_path: Path) -> None:
    experts = [{n: noise(90 + i, *v.shape) for n, v in models(1)[0].items()} for i in range(2)]
    close(merged(tmp_path, "slerp", None, experts, t=0.3), ref.slerp(experts, 0.3))


@pytest.mark.parametrize("method", ["model-stock", "nuslerp", "sce"])
def test_weights_from_angles_hold_where_squares_leave_fp32(tmp_path: Path, method: str) -> None:
    base, experts = models(2)
    # Powers of two: everything scales exactly, but squares of 2**-75 underflow in fp32.
    tiny = [{n: v * np.float32(2.0**-75) for n, v in model.items()} for model in (base, *experts)]
    found = merged(tmp_path, method, base, experts)
    small = merged(tmp_path, method, tiny[0], tiny[1:])
    close({n: v * np.float32(2.0**75) for n, v in small.items()}, found)


@settings(max_examples=20, deadline=None)
@given(
    arrays.arrays(np.float32, st.tuples(st.integers(1, 2), st.integers(1, 90)),
                  elements=st.floats(-4, 4, width=32)),
    st.lists(st.integers(1, 90), min_size=1, max_size=3), st.booleans(),
)  # fmt: skip
def test_largest_magnitudes_are_what_sorting_says(
    taus: np.ndarray, ranks: list[int], ordered: bool
) -> None:
    size = taus.shape[1]
    if ordered:
        taus = np.sort(taus)
    wanted = [(e, min(rank, size)) for e in range(len(taus)) for rank in ranks]

    def blocks(every: int) -> Iterator[Block]:
        for at in range(0, size, 16 * every):
            block = Block(len(taus), 16, np.float32)
            block.resize(at, min(16, size - at))
            block.base[:] = 0
            for expert, tau in zip(block.experts, taus, strict=True):
                expert[:] = tau[at : at + 16]
            yield block

    found = largest_magnitudes(blocks, size, wanted)
    assert found == [float(np.sort(np.abs(taus[e]))[-rank]) for e, rank in wanted]


@pytest.mark.parametrize("shape", [(9, 6), (6, 9), (7, 7)])
@pytest.mark.parametrize("rank", [2, 9])
def test_singular_triples_are_lapacks(shape: tuple[int, int], rank: int) -> None:
    # Rank 2 is where a Gram matrix cannot say what is zero: LAPACK itself answers.
    matrix = (noise(1, shape[0], rank) @ noise(2, rank, shape[1])).astype(np.float64)
    for count in (2, min(shape)):
        u, s, vh = singular(matrix, count)
        left, sizes, right = np.linalg.svd(matrix, full_matrices=False)
        np.testing.assert_allclose(s, sizes[:count], atol=1e-9)
        best = (left[:, :count] * sizes[:count]) @ right[:count]
        np.testing.assert_allclose((u * s) @ vh, best, atol=1e-9)
        np.testing.assert_allclose(u.T @ u, np.eye(count), atol=1e-9)
        np.testing.assert_allclose(vh @ vh.T, np.eye(count), atol=1e-9)


@pytest.mark.parametrize("scale", [0.04, 1e-2, 1e-4])
def test_divergence_of_near_rows_is_the_divergence(scale: float) -> None:
    base = noise(1, 20, 300, scale=0.5)
    expert = base + np.clip(noise(2, 20, 300, scale=scale / 3), -scale, scale)
    near = _near_divergence(expert, base, np.empty_like(base))
    assert near is not None
    np.testing.assert_allclose(near, _row_divergence(expert, base), rtol=2e-3)
    assert _near_divergence(base + 1, base, np.empty_like(base)) is None


def matrices(count: int, *shape: int) -> tuple[np.ndarray, list[np.ndarray]]:
    base = noise(50, *shape, scale=0.5)
    return base, [base + noise(60 + i, *shape, scale=0.1) for i in range(count)]


def merged_matrix(folder: Path, method: str, base: np.ndarray, experts: list[np.ndarray],
                  **given: object) -> np.ndarray:  # fmt: skip
    return merged(folder, method, {"w": base}, [{"w": e} for e in experts], **given)["w"]


def test_wudi_takes_the_steps_of_its_loss(tmp_path: Path) -> None:
    base, experts = matrices(3, 6, 5)
    taus = [(e - base).astype(np.float64) for e in experts]
    found = merged_matrix(tmp_path, "wudi", base, experts, steps=12, rate=0.003)
    expected = base + ref.wudi(taus, 0.003, 12)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6)


def test_wudi_without_steps_is_the_minimum_itself(tmp_path: Path) -> None:
    base, experts = matrices(2, 6, 5)
    taus = [(e - base).astype(np.float64) for e in experts]
    exact = merged_matrix(tmp_path, "wudi", base, experts, steps=0).astype(np.float64) - base
    walked = merged_matrix(tmp_path, "wudi", base, experts).astype(np.float64) - base
    least = ref.wudi_loss(exact, taus)
    assert least < ref.wudi_loss(walked, taus)
    for seed in range(20):
        assert least < ref.wudi_loss(exact + noise(seed, 6, 5, scale=0.003), taus)


def test_doge_takes_the_steps_of_its_loss(tmp_path: Path) -> None:
    base, experts = matrices(3, 9, 7)
    taus = [(e - base).astype(np.float64) for e in experts]
    # The official mask keeps one element more than the share.
    lows = [float(np.sort(np.abs(t).ravel())[-(int(t.size * 0.3) + 1)]) - 1e-6 for t in taus]
    found = merged_matrix(tmp_path, "doge", base, experts, steps=8, rate=0.01)
    expected = base + ref.doge(taus, lows, 0.01, 8)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6)


@settings(max_examples=30, deadline=None)
@given(
    arrays.arrays(
        st.sampled_from([np.float32, np.float64]), st.integers(1, 60),
        elements=st.floats(-8, 8, width=32),
    ),
    st.integers(1, 60), st.integers(7, 70),
)  # fmt: skip
def test_kth_largest_is_what_sorting_says(values: np.ndarray, rank: int, step: int) -> None:
    rank = min(rank, values.size)

    def passes() -> list[list[np.ndarray]]:
        return [[values[at : at + step], -values[at : at + step]]
                for at in range(0, values.size, step)]  # fmt: skip

    found = kth_largest(passes, [(0, rank), (1, rank), (0, 0)])
    assert found[0] == np.sort(values)[-rank]
    assert found[1] == np.sort(-values)[-rank]
    assert found[2] == float("inf")


@pytest.mark.parametrize("density", [1.0, 0.4])
def test_knots_of_low_rank_factors_is_that_of_their_products(density: float) -> None:
    parts = [(noise(i, 1 + i, 9), noise(10 + i, 7, 1 + i)) for i in (1, 2)]
    down, up = aligned_factors(parts, density)
    expected = ref.knots([u.astype(np.float64) @ d for d, u in parts], density)
    assert len(down) == up.shape[1] == 5
    np.testing.assert_allclose(up @ down, expected, atol=1e-9)
