"""`--dtype`: every weight in one dtype, rounded once."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mergeassist.params.methods import METHODS
from tests.params.samples import bf16, from_bf16, load, noise, run, save
from tests.params.test_commands import command

W = noise(0, 40, 8)
A, B = W + noise(1, 40, 8, scale=0.1), W + noise(2, 40, 8, scale=0.1)


def test_mixed_dtypes_are_refused_until_one_is_chosen(tmp_path: Path) -> None:
    report, _ = run(tmp_path, None, {"w": A}, {"w": bf16(B)}, method="linear")
    assert "BF16, F32; choose one with --dtype" in report.line
    report, found = run(tmp_path, None, {"w": A}, {"w": bf16(B)}, method="linear", dtype="BF16")
    assert not report.refusals
    assert (found["w"] == bf16((A + from_bf16(bf16(B))) / 2)).all()


def test_what_only_one_side_changed_keeps_its_values(tmp_path: Path) -> None:
    report, found = run(tmp_path, {"w": W}, {"w": bf16(W)}, {"w": B}, method="ram", dtype="F32")
    assert not report.refusals
    assert found["w"].tobytes() == B.tobytes()


def test_copies_are_cast_and_counters_and_training_state_are_not(tmp_path: Path) -> None:
    base = {"w": W, "v": W, "step": np.array([3.0], np.float32), "optimizer.m": W,
            "n": np.arange(4)}  # fmt: skip
    report, found = run(tmp_path, base, {**base, "w": A}, {**base, "w": B}, dtype="BF16")
    assert not report.refusals
    assert (found["v"] == bf16(W)).all()
    for name in ("step", "optimizer.m", "n"):
        assert found[name].tobytes() == base[name].tobytes()


def test_appended_rows_are_cast_too(tmp_path: Path) -> None:
    ours = np.concatenate([A, noise(5, 3, 8)])
    report, found = run(
        tmp_path, {"embed_tokens.weight": W}, {"embed_tokens.weight": ours},
        {"embed_tokens.weight": B}, method="linear", dtype="BF16",
    )  # fmt: skip
    assert not report.refusals
    expected = np.concatenate([(A + B) / 2, ours[40:]])
    assert (found["embed_tokens.weight"] == bf16(expected)).all()


def test_overflow_names_the_tensor(tmp_path: Path) -> None:
    base = {"w": W, "big": np.full(3, 1e6, np.float32)}
    report, found = run(tmp_path, base, {**base, "w": A}, {**base, "w": B}, dtype="F16")
    assert "big: not finite as F16" in report.line
    assert not found


@pytest.mark.parametrize("method", ["ties", "slerp", "emr", "iso-c"])
def test_a_wider_dtype_is_computed_in(tmp_path: Path, method: str) -> None:
    sides = [bf16(noise(i, 30, 20)) for i in range(3)]
    wide = [from_bf16(side).astype(np.float64) for side in sides]
    base = METHODS[method].needs_base
    options = {"method": method, "allow_unrelated": True, "every": True}
    found, expected = (
        run(tmp_path, {"w": models[0]} if base else None, *({"w": m} for m in models[1:]),
            **options, dtype=dtype)[1]["w"]
        for models, dtype in ((sides, "F64"), (wide, None))
    )  # fmt: skip
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_folders_say_their_dtype_and_verify(tmp_path: Path) -> None:
    for name, values in (("a", A), ("b", B)):
        (tmp_path / name).mkdir()
        save(tmp_path / name / "model.safetensors", {"w": values})
        (tmp_path / name / "config.json").write_text(json.dumps({"dtype": "float32", "x": 1}))
    out = tmp_path / "out"
    assert command("merge", tmp_path / "a", tmp_path / "b", "--dtype", "bf16", "-o", out) == 0
    assert json.loads((out / "config.json").read_text()) == {"dtype": "bfloat16", "x": 1}
    assert (load(out / "model.safetensors")["w"] == bf16((A + B) / 2)).all()
    assert command("verify", out) == 0


def test_other_formats_say_that_they_cannot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, values in (("a", A), ("b", B)):
        np.savez(tmp_path / f"{name}.npz", w=values)
    paths = (tmp_path / "a.npz", tmp_path / "b.npz")
    assert command("merge", *paths, "--dtype", "bf16", "-o", tmp_path / "out.npz") == 1
    assert "only safetensors are written in another dtype" in capsys.readouterr().err
    assert command("merge", *paths, "--dtype", "fp32", "-o", tmp_path / "out.npz") == 0
