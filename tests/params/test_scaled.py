"""Eight-bit floats with scales that both sides changed: values are merged, not codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mergeassist.params import fp8
from mergeassist.params.policy import spec
from mergeassist.params.scaled import Grid, grid_of

from .samples import bf16, from_bf16, noise, run

TABLE = fp8.table("F8_E4M3")
FINITE = np.flatnonzero(np.isfinite(TABLE))
ORDERED = FINITE[np.argsort(TABLE[FINITE], kind="stable")]
TOP = np.float32(448)


def spread(scales: np.ndarray, shape: tuple[int, ...], block: tuple[int, ...]) -> np.ndarray:
    """One scale an element, by repetition."""
    for axis, extent in enumerate(block):
        scales = np.repeat(scales, extent, axis)
    return scales[tuple(slice(0, n) for n in shape)]


def quantise(values: np.ndarray, block: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Codes (int8, as `samples.save` wants them) and scales of each block's largest value."""
    counts = tuple(-(-n // b) for n, b in zip(values.shape, block, strict=True))
    scales = np.zeros(counts, np.float32)
    for place in np.ndindex(*counts):
        cell = tuple(slice(i * b, (i + 1) * b) for i, b in zip(place, block, strict=True))
        scales[place] = np.abs(values[cell]).max() / TOP
    return codes_of(values / spread(scales, values.shape, block)), scales


def codes_of(values: np.ndarray) -> np.ndarray:
    """The nearest codes, ties to the even one, by comparing both neighbours' distances."""
    known = TABLE[ORDERED].astype(np.float64)
    above = np.clip(np.searchsorted(known, values), 1, known.size - 1)
    down, up = values - known[above - 1], known[above] - values
    odd_below = ORDERED[above - 1] % 2 == 1
    codes = ORDERED[np.where((up < down) | ((up == down) & odd_below), above, above - 1)]
    zero = TABLE[codes] == 0
    codes[zero] = np.where(np.signbit(values[zero]), 0x80, 0)
    return codes.astype(np.uint8).view(np.int8)


def values_of(codes: np.ndarray, scales: np.ndarray, block: tuple[int, ...]) -> np.ndarray:
    """fp32 values of a pair."""
    return TABLE[codes.view(np.uint8)] * spread(scales, codes.shape, block)


LAYOUTS = [((6, 8), (6, 8)), ((6, 8), (1, 8)), ((130, 140), (128, 128)), ((4, 3, 8), (1, 1, 8))]


@pytest.mark.parametrize(
    ("shape", "block", "chunk"),
    [(*layout, 1 << 16) for layout in LAYOUTS]
    + [(*layout, 7) for layout in LAYOUTS if np.prod(layout[0]) <= 1000],
)
def test_both_sides_changed_everything(
    tmp_path: Path, shape: tuple[int, ...], block: tuple[int, ...], chunk: int
) -> None:
    base = noise(0, *shape)
    sides = [quantise(base + noise(i, *shape, scale=0.1 * i), block) for i in (0, 1, 2)]
    files = [{"m.weight_scale_inv": s, "m.weight": c} for c, s in sides]
    report, merged = run(tmp_path, *files, method="linear", chunk=chunk)
    assert not report.refusals
    mean = (values_of(*sides[1], block) + values_of(*sides[2], block)) * np.float32(0.5)
    codes, scales = quantise(mean, block)
    assert (merged["m.weight_scale_inv"] == scales).all()
    assert (merged["m.weight"] == codes).all()


@pytest.mark.parametrize("method", ["ram", "ties"])
def test_what_one_side_changed_in_a_cell_keeps_its_bits(tmp_path: Path, method: str) -> None:
    block = (1, 64)
    base = noise(5, 4, 64)
    files = [dict(zip(("w.weight", "w.weight_scale"), quantise(base, block), strict=True))]
    for rows, by in (((0, 1), 1.5), ((1, 2), -0.7)):
        changed = base.copy()
        changed[list(rows)] = base[list(rows)] * by + noise(len(files), 2, 64, scale=0.3)
        codes, scales = quantise(changed, block)
        files.append({"w.weight": codes, "w.weight_scale": scales})
    _, ours, theirs = files
    report, merged = run(tmp_path, *files, method=method, allow_unrelated=True)
    assert not report.refusals
    for row, side in ((0, ours), (2, theirs), (3, ours)):
        assert (merged["w.weight"][row] == side["w.weight"][row]).all()
        assert (merged["w.weight_scale"][row] == side["w.weight_scale"][row]).all()
    assert (merged["w.weight_scale"][1] != ours["w.weight_scale"][1]).all()


def test_codes_under_one_scale_keep_their_bits(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    base = ORDERED[rng.integers(30, 220, (16, 16))].astype(np.uint8).view(np.int8)
    ours, theirs = base.copy(), base.copy()
    ours[:9] ^= 1
    theirs[7:] ^= 2
    scale = np.array(0.37, np.float32)
    files = [{"w.weight": w, "w.weight_scale": scale} for w in (base, ours, theirs)]
    report, merged = run(tmp_path, *files, method="ram", allow_unrelated=True)
    assert not report.refusals
    assert merged["w.weight_scale"] == scale
    assert (merged["w.weight"][:7] == ours[:7]).all()
    assert (merged["w.weight"][9:] == theirs[9:]).all()


def test_a_policy_takes_codes_and_scales_together(tmp_path: Path) -> None:
    files = [
        {"w.weight": c, "w.weight_scale": s.reshape(())}
        for c, s in (quantise(noise(i, 8, 8), (8, 8)) for i in range(3))
    ]
    for side, file in (("ours", files[1]), ("theirs", files[2])):
        report, merged = run(tmp_path, *files, patterns=(("w.weight", spec(side)),))
        assert not report.refusals
        assert all((merged[name] == file[name]).all() for name in file)
    report, _ = run(tmp_path, *files, patterns=(("w.weight", spec("conflict")),))
    assert {r.partition(":")[0] for r in report.refusals} >= {"w.weight", "w.weight_scale"}


def test_every_tensor_merges_values_where_one_side_changed(tmp_path: Path) -> None:
    block = (8, 8)
    base, moved = quantise(noise(1, 8, 8), block), quantise(noise(1, 8, 8) * 1.5, block)
    files = [{"w.weight": c, "w.weight_scale": s.reshape(())} for c, s in (base, moved, base)]
    report, merged = run(tmp_path, *files, method="linear", every=True)
    assert not report.refusals
    mean = (values_of(*base, block) + values_of(*moved, block)) * np.float32(0.5)
    # The only side that changed the scale says what it is, as everything fits.
    assert merged["w.weight_scale"] == moved[1][0, 0]
    assert (merged["w.weight"] == codes_of(mean / moved[1][0, 0])).all()


def test_scales_of_sixteen_bits_are_rounded_once(tmp_path: Path) -> None:
    block = (1, 32)
    files, sides = [], []
    for i in range(3):
        codes, scales = quantise(noise(i, 5, 32), block)
        sides.append((codes, from_bf16(bf16(scales))))
        files.append({"w.weight": codes, "w.weight_scale": bf16(scales)})
    report, merged = run(tmp_path, *files, method="linear", allow_unrelated=True)
    assert not report.refusals
    mean = (values_of(*sides[1], block) + values_of(*sides[2], block)) * np.float32(0.5)
    expected = bf16(np.abs(mean).max(1, keepdims=True) / TOP)
    assert (merged["w.weight_scale"] == expected).all()
    assert (merged["w.weight"] == codes_of(mean / from_bf16(expected))).all()


def changed(codes: np.ndarray, scales: np.ndarray) -> list[dict[str, np.ndarray]]:
    """Base and two sides that changed both halves."""
    return [{"w.weight": codes ^ np.int8(i), "w.weight_scale": scales * scales.dtype.type(1 + i)}
            for i in range(3)]  # fmt: skip


def test_what_cannot_be_widened_is_a_conflict(tmp_path: Path) -> None:
    codes = np.full((6, 6), 0x30, np.int8)
    for files in (
        changed(codes, np.ones((5, 1), np.float32)),
        changed(codes.view(np.uint8).astype(np.int32), np.ones((6, 1), np.float32)),
        [{**f, "w.weight_zero_point": f["w.weight"]} for f in changed(codes, np.ones(1, "f4"))],
    ):
        report, _ = run(tmp_path, *files, method="ram", allow_unrelated=True)
        assert any("belong together" in r for r in report.refusals)


def test_nan_codes_and_scales_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    files = changed(np.full((4, 4), 0x30, np.int8), np.ones((4, 1), np.float32))
    files[2]["w.weight"][2, 1] = 0x7F
    report, _ = run(tmp_path, *files, method="ram", allow_unrelated=True)
    assert report.refusals == ("w.weight: NaN or infinity in theirs",)
    files = changed(np.full((4, 4), 0x70, np.int8), np.full((4, 1), 2e4, np.float16))
    files[2]["w.weight"][:] = 0x7D
    report, _ = run(
        tmp_path, *files, method="task-arithmetic", parameters={"lambda": 8}, allow_unrelated=True
    )
    assert report.refusals == ("w.weight: no F16 scale fits its values",)


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.lists(st.integers(1, 5), min_size=4, max_size=4),
    st.integers(0, 50), st.integers(0, 60),
)  # fmt: skip
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_cells_are_the_repeated_scales(
    shape: list[int], block: list[int], start: int, size: int
) -> None:
    extents = tuple(min(b, n) for b, n in zip(block, shape, strict=False))
    grid = Grid(tuple(shape), extents)
    numbered = np.arange(np.prod(grid.counts)).reshape(grid.counts)
    expected = spread(numbered, grid.shape, grid.extent).reshape(-1)[start : start + size]
    assert (grid.cells(start, expected.size) == expected).all()


def test_shapes_that_tell_the_cells_and_those_that_do_not() -> None:
    assert grid_of((7168, 2048), (56, 16)) == Grid((7168, 2048), (128, 128))
    assert grid_of((576, 7168), (5, 56)) == Grid((576, 7168), (128, 128))
    assert grid_of((10, 6), (10,)) == grid_of((10, 6), (10, 1)) == Grid((10, 6), (1, 6))
    assert grid_of((10, 6), ()) == grid_of((10, 6), (1,)) == Grid((10, 6), (10, 6))
    assert grid_of((64, 64), (2, 2)) == Grid((64, 64), (32, 32))
    assert grid_of((100, 64), (2, 1)) is None
    assert grid_of((64, 64), (0, 1)) is None
    assert grid_of((64, 64), (64, 1, 1)) is None
