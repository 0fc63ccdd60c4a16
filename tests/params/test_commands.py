"""`mergeassist models ...`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from mergeassist.cli import models
from mergeassist.errors import MergeassistError
from tests.params.samples import load, noise, save

W = noise(0, 6, 8)
A, B = W + noise(1, 6, 8, scale=0.01), W + noise(2, 6, 8, scale=0.01)


def command(*args: object) -> int:
    parser = argparse.ArgumentParser()
    models.add_arguments(parser)
    return models.run(parser.parse_args([str(arg) for arg in args]))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    values = {"o": (W, W), "a": (A, W), "b": (B, W + 1)}
    return {
        name: save(tmp_path / f"{name}.safetensors",
                   {"layers.0.attn.w": x, "layers.1.attn.w": y, "head": W})
        for name, (x, y) in values.items()
    }  # fmt: skip


def test_merge_then_verify(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.safetensors"
    sides = ("--base", files["o"], "--ours", files["a"], "--theirs", files["b"])
    assert command("merge", *sides, "-o", out, "--method", "dare", "--set", "density=0.5") == 0
    assert (load(out)["layers.1.attn.w"] == W + 1).all()
    record = json.loads((tmp_path / "out.safetensors.merge.json").read_text())
    assert record["method"] == "dare"
    assert record["guards"]["cosine_with_base"]
    assert command("verify", out) == 0
    content = bytearray(out.read_bytes())
    content[-1] ^= 1
    out.write_bytes(content)
    assert command("verify", out) == 1
    assert "differs" in capsys.readouterr().err
    save(files["a"], {"w": A})
    assert command("verify", out) == 1
    assert "is not what was merged" in capsys.readouterr().err


def test_refusal_is_exit_one_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [save(tmp_path / name, {"w": noise(i, 50, 50)}) for i, name in enumerate("oab")]
    assert command("merge", "--base", paths[0], *paths[1:], "-o", tmp_path / "x") == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "x").exists()


def test_wishes_that_cannot_be_met(files: dict[str, Path], tmp_path: Path) -> None:
    for args in (["merge", files["a"], "-o", "x"], ["merge", files["a"], files["b"]],
                 ["merge", files["a"], files["b"], "-o", "x", "--method", "no"],
                 ["merge", files["a"], tmp_path / "none", "-o", "x"],
                 ["inspect", __file__], ["verify", tmp_path / "none"]):  # fmt: skip
        with pytest.raises(MergeassistError):
            command(*args)


def test_diff(files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "x.html"
    three = (files["a"], files["b"], files["o"])
    assert command("diff", *three, "--json", "--rank", "--html", page) == 1
    found = {t["name"]: t for t in json.loads(capsys.readouterr().out)["tensors"]}
    assert {n: t["state"] for n, t in found.items()} == {
        "layers.0.attn.w": "both", "layers.1.attn.w": "theirs", "head": "same",
    }  # fmt: skip
    assert found["layers.0.attn.w"]["full"] == 6
    text = page.read_text()
    assert "http" not in text
    assert "layers.0" in text
    assert command("diff", files["a"], files["a"]) == 0
    assert command("diff", files["a"], files["b"]) == 1
    assert "2 changed, 1 same" in capsys.readouterr().out


def test_inspect_and_methods(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert command("inspect", files["o"]) == 0
    assert "3 tensors, 144 elements" in capsys.readouterr().out
    assert command("inspect", files["o"], "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["tensors"]) == 3
    assert command("merge", "--methods") == 0
    assert "density=1" in capsys.readouterr().out


def test_recipe(files: dict[str, Path], tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    recipe = tmp_path / "r.yml"
    recipe.write_text(
        f"merge_method: task_arithmetic\nbase_model: {files['o']}\nmodels:\n"
        f"  - model: {files['a']}\n    parameters: {{weight: 0.5}}\n"
        f"  - model: {files['b']}\n    parameters: {{weight: 0.25}}\n"
    )
    out = tmp_path / "out"
    assert command("merge", "--recipe", recipe, "-o", out) == 0
    found = load(out)
    # A recipe means what it says: one-sided tensors are scaled too.
    np.testing.assert_allclose(found["layers.1.attn.w"], W + 0.25, rtol=1e-6)
    for text, said in (
        ("parameters: {normalize: true}", "normalize: true is not supported"),
        ("parameters: {rescale: false}", "rescale: False is not supported"),
        ("dtype: int8", "dtype 'int8'"),
    ):
        recipe.write_text(f"""
merge_method: dare_linear
base_model: {files["o"]}
models: [{{model: {files["a"]}}}, {{model: {files["b"]}}}]
{text}
""")
        with pytest.raises(MergeassistError, match=said):
            command("merge", "--recipe", recipe, "-o", out)
    recipe.write_text(f"""
merge_method: slerp
base_model: {files["b"]}
models: [{{model: {files["a"]}}}, {{model: {files["b"]}}}]
parameters: {{t: 0.0}}
out_dtype: float16
""")
    assert command("merge", "--recipe", recipe, "-o", out) == 0
    assert (load(out)["layers.0.attn.w"] == B.astype(np.float16)).all()
    # One model beside the base, and little of its change is kept: no copy.
    recipe.write_text(f"""
merge_method: arcee_fusion
base_model: {files["o"]}
models: [{{model: {files["a"]}}}]
""")
    assert command("merge", "--recipe", recipe, "-o", out) == 0
    kept = load(out)["layers.0.attn.w"] != W
    assert 0 < kept.sum() < W.size // 2
    recipe.write_text("merge_method: ties\nslices: []\n")
    with pytest.raises(MergeassistError, match="slices"):
        command("merge", "--recipe", recipe, "-o", out)
