"""The three-way laws, bit for bit, for every dtype, element, tensor and file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.params.samples import bf16, from_bf16, noise, run

DTYPES = ("float16", "float32", "float64", "uint16", "complex64", "int64", "bool", "int8")
quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def made(seed: int, dtype: str, size: int) -> np.ndarray:
    values = noise(seed, size)
    if dtype == "uint16":
        return bf16(values)
    if dtype == "complex64":
        return (values + 1j * noise(seed + 1, size)).astype(dtype)
    if dtype in ("int64", "int8"):
        return (values * 50).astype(dtype)
    return values.astype(dtype) if dtype != "bool" else values > 0


@quick
@given(st.sampled_from(DTYPES), st.integers(0, 9999), st.integers(0, 300))
def test_one_sided_and_equal_changes_keep_their_bits(dtype: str, seed: int, size: int) -> None:
    base, changed = made(seed, dtype, size), made(seed + 7, dtype, size)
    other, moved = noise(seed, 5), noise(seed + 1, 5)
    for ours, theirs, expected in (
        (changed, base, changed), (base, changed, changed), (changed, changed, changed),
    ):  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            # The second tensor keeps the answer from being a whole file.
            report, merged = run(
                Path(folder), {"w": base, "v": other}, {"w": ours, "v": moved},
                {"w": theirs, "v": other + 1}, allow_unrelated=True,
            )  # fmt: skip
        assert not report.refusals
        assert merged["w"].tobytes() == expected.tobytes()


@quick
@given(
    st.sampled_from(["float16", "float32", "float64", "uint16"]),
    st.sampled_from(["ties", "ram"]), st.integers(0, 9999),
)  # fmt: skip
def test_laws_hold_element_by_element(dtype: str, method: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    base, mine, yours = (made(seed + i, dtype, 200) for i in range(3))
    who = rng.integers(0, 4, 200)
    ours = np.where((who == 1) | (who == 3), mine, base)
    theirs = np.where(who == 2, yours, np.where(who == 3, mine, base))
    with tempfile.TemporaryDirectory() as folder:
        report, merged = run(
            Path(folder), {"w": base}, {"w": ours}, {"w": theirs}, method=method,
            allow_unrelated=True,
        )  # fmt: skip
    assert not report.refusals
    expected = np.where(who == 2, yours, ours)
    assert merged["w"].tobytes() == expected.tobytes()


@quick
@given(
    st.sampled_from(["float16", "float32", "float64", "uint16"]),
    st.sampled_from([
        ("ties", {}), ("ties", {"density": 0.3}), ("ram", {}), ("dare", {"density": 0.5}),
        ("linear", {}), ("task-arithmetic", {}),
    ]),
    st.integers(0, 9999),
)  # fmt: skip
def test_mirrored_merges_are_equal(dtype: str, method: tuple[str, dict], seed: int) -> None:
    base, ours, theirs = (made(seed + i, dtype, 257) for i in range(3))
    answers = []
    for pair in ((ours, theirs), (theirs, ours)):
        with tempfile.TemporaryDirectory() as folder:
            report, merged = run(
                Path(folder), {"w": base}, {"w": pair[0]}, {"w": pair[1]}, method=method[0],
                parameters=method[1], allow_unrelated=True,
            )  # fmt: skip
        assert not report.refusals
        answers.append(merged["w"].tobytes())
    assert answers[0] == answers[1]


@pytest.mark.parametrize("chunk", [16, 48, 1000, 4096, 1 << 16])
@pytest.mark.parametrize(
    ("method", "parameters"),
    [("ties", {"density": 0.2}), ("ties", {}), ("dare", {"density": 0.3}), ("slerp", {}),
     ("linear", {"weight": "0.3,0.7"}), ("ram", {}), ("task-arithmetic", {"lambda": 0.4}),
     ("ram-plus", {}), ("ties-global", {}), ("dare-ties", {"density": 0.3}), ("breadcrumbs", {}),
     ("localize-and-stitch", {}), ("consensus", {}), ("sce", {"select": 0.4}), ("emr", {}),
     ("model-stock", {}), ("multi-slerp", {}), ("karcher", {})],
)  # fmt: skip
def test_no_result_depends_on_the_block_size(
    tmp_path: Path, chunk: int, method: str, parameters: dict
) -> None:
    base, ours, theirs = ({"w": bf16(noise(i, 3, 3001))} for i in range(3))
    answers = []
    for size in (chunk, 1 << 15):
        report, merged = run(
            tmp_path, base, ours, theirs, method=method, parameters=parameters, chunk=size,
            seed=5, allow_unrelated=True,
        )  # fmt: skip
        assert not report.refusals
        answers.append(merged["w"].tobytes())
    assert answers[0] == answers[1]


@pytest.mark.parametrize("method", ["model-stock", "karcher", "slerp", "sce", "emr", "dare-ties"])
def test_no_result_depends_on_where_the_bytes_lie(tmp_path: Path, method: str) -> None:
    # An odd number of bf16 before it, and the tensor starts between two 32-bit words.
    before = {"a": bf16(noise(9, 3))}
    sides = [{"w": bf16(noise(i, 2, 1500))} for i in range(3)]
    answers = []
    for start in ({}, before):
        report, merged = run(
            tmp_path, *({**start, **side} for side in sides), method=method, seed=5,
            ids=("o", "1", "2"), allow_unrelated=True,
        )  # fmt: skip
        assert not report.refusals
        answers.append(merged["w"].tobytes())
    assert answers[0] == answers[1]


@pytest.mark.parametrize("method", ["ties-global", "emr", "pcb", "ties"])
def test_a_model_of_several_dtypes_is_computed_in_the_widest(tmp_path: Path, method: str) -> None:
    sides = [{"w": bf16(noise(i, 4000)), "v": noise(7 + i, 50).astype("float64")}
             for i in range(3)]  # fmt: skip
    wide = [{"w": from_bf16(side["w"]).astype("float64"), "v": side["v"]} for side in sides]
    found, expected = (
        run(tmp_path, *models, method=method, allow_unrelated=True)[1] for models in (sides, wide)
    )
    assert (found["v"] == expected["v"]).all()
    near = np.abs(from_bf16(found["w"]) - expected["w"])
    assert (near <= np.abs(expected["w"]) * 2.0**-8).all()


def test_whole_files_are_copied_and_repeated_merges_are_identical(tmp_path: Path) -> None:
    base, ours = {"w": noise(1, 10)}, {"w": noise(2, 10)}
    report, merged = run(tmp_path, base, ours, base)
    assert "whole file" in report.record["tensors"]
    assert merged["w"].tobytes() == ours["w"].tobytes()
    first = run(tmp_path, base, ours, {"w": noise(3, 10)}, method="dare", allow_unrelated=True)[1]
    again = run(tmp_path, base, ours, {"w": noise(3, 10)}, method="dare", allow_unrelated=True)[1]
    assert first["w"].tobytes() == again["w"].tobytes()
