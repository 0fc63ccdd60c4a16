"""fp8, LoRA adapters, records in metadata and by the driver, constants inside ONNX graphs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mergeassist.errors import MergeassistError
from mergeassist.params import fp8
from mergeassist.params.agreement import disagreements
from mergeassist.params.driver import merge_checkpoint
from mergeassist.params.formats import open_checkpoint
from tests.params.samples import bf16, from_bf16, load, noise, run, save
from tests.params.test_commands import command
from tests.params.test_driver import SIDES, git, repository, weights

__all__ = ["repository"]


def test_fp8_tables_have_the_specifications_values() -> None:
    e4m3, e5m2 = fp8.table("F8_E4M3"), fp8.table("F8_E5M2")
    assert e4m3[0x7E] == 448
    assert np.isnan(e4m3[[0x7F, 0xFF]]).all()
    assert e4m3[1] == 2.0**-9
    assert e5m2[0x7B] == 57344
    assert np.isinf(e5m2[[0x7C, 0xFC]]).all()
    assert e5m2[1] == 2.0**-16
    assert fp8.table("F8_E4M3FNUZ")[0x7F] == 240
    assert np.isnan(fp8.table("F8_E5M2FNUZ")[0x80])


@pytest.mark.parametrize("dtype", fp8.KINDS)
def test_fp8_rounds_to_the_nearest_code_ties_to_even(dtype: str) -> None:
    codes = np.arange(256, dtype=np.uint8)
    table = fp8.table(dtype)
    finite = np.isfinite(table) & ~(np.signbit(table) & (table == 0))
    order = codes[finite][np.argsort(table[finite])]
    values = table[order]
    middle = (values[1:] + values[:-1]) / 2
    rng = np.random.default_rng(1)
    inputs = np.concatenate([values, middle, rng.uniform(values[0], values[-1], 4000),
                             rng.normal(0, 2.0**-8, 2000)]).astype(np.float32)  # fmt: skip
    found = np.empty(inputs.size, np.uint8)
    fp8.encode(inputs, dtype, found)
    distance = np.abs(values[None, :].astype(np.float64) - inputs[:, None])
    best = distance.min(1)
    got = np.abs(table[found].astype(np.float64) - inputs)
    assert (got == best).all()
    tied = (distance == best[:, None]).sum(1) > 1
    assert tied.sum() >= middle.size
    assert (found[tied] % 2 == 0).all()


def test_fp8_merges_element_by_element_and_keeps_one_sided_bits(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    base = rng.integers(0, 0x70, 4000).astype(np.int8)
    ours, theirs = base.copy(), base.copy()
    ours[:2000] += 3
    theirs[1000:3000] += 1
    report, merged = run(tmp_path, {"w": base}, {"w": ours}, {"w": theirs}, method="ram",
                         allow_unrelated=True)  # fmt: skip
    assert not report.refusals
    table = fp8.table("F8_E4M3")
    assert (merged["w"][:1000] == ours[:1000]).all()
    assert (merged["w"][2000:] == theirs[2000:]).all()
    both = slice(1000, 2000)
    mean = (table[ours[both].view(np.uint8)] + table[theirs[both].view(np.uint8)]) / 2
    expected = np.empty(1000, np.uint8)
    fp8.encode(mean, "F8_E4M3", expected)
    assert (merged["w"][both].view(np.uint8) == expected).all()


def test_fp8_overflow_and_nan_are_refused(tmp_path: Path) -> None:
    base = np.full(4, 0x70, np.int8)
    sides = [np.full(4, code, np.int8) for code in (0x7D, 0x7E)]
    report, _ = run(tmp_path, {"w": base}, *({"w": s} for s in sides), method="task-arithmetic")
    assert "overflow" in report.line
    sides[1][2] = 0x7F
    report, _ = run(tmp_path, {"w": base}, *({"w": s} for s in sides))
    assert report.line == "w: NaN or infinity in theirs"


@pytest.mark.parametrize("method", ["linear", "ties", "dare", "ram", "task-arithmetic"])
def test_blocks_of_odd_length_and_offset_give_the_same_bits(tmp_path: Path, method: str) -> None:
    """bf16 is read two at a time where it can be, and must not show."""
    base, ours, theirs = (bf16(noise(i, 70_001)) for i in range(3))
    answers = []
    for shift in (np.zeros(0, np.uint8), np.zeros(2, np.uint8)):
        report, merged = run(
            tmp_path, {"s": shift, "w": base}, {"s": shift, "w": ours}, {"s": shift, "w": theirs},
            method=method, parameters={"density": 0.3} if method in ("ties", "dare") else {},
            allow_unrelated=True, ids=("o", "a", "b"),
        )  # fmt: skip
        assert not report.refusals
        answers.append(merged["w"].tobytes())
    assert answers[0] == answers[1]


def adapter(folder: Path, seed: int, rank: int, alpha: float, **config: Any) -> Path:
    folder.mkdir()
    save(folder / "adapter_model.safetensors", {
        f"base_model.model.{m}.lora_{half}.weight":
            noise(seed + i, *((rank, 10) if half == "A" else (12, rank)))
        for i, (m, half) in enumerate((m, h) for m in ("q", "v") for h in "AB")
    }, {"format": "pt"})  # fmt: skip
    settings = {"peft_type": "LORA", "r": rank, "lora_alpha": alpha, "target_modules": ["q", "v"],
                "fan_in_fan_out": False, **config}  # fmt: skip
    (folder / "adapter_config.json").write_text(json.dumps(settings))
    return folder


def product(folder: Path, module: str) -> np.ndarray:
    """What PEFT adds to the layer."""
    config = json.loads((folder / "adapter_config.json").read_text())
    arrays = load(folder / "adapter_model.safetensors")
    name = f"base_model.model.{module}.lora_"
    down, up = (arrays[f"{name}{half}.weight"].astype(np.float64) for half in "AB")
    rank = config.get("rank_pattern", {}).get(module, config["r"])
    assert down.shape[0] == rank
    alpha = config.get("alpha_pattern", {}).get(module, config["lora_alpha"])
    return up @ down * (alpha / (rank**0.5 if config.get("use_rslora") else rank))


def test_adapters_of_different_rank_are_concatenated_exactly(tmp_path: Path) -> None:
    a = adapter(tmp_path / "a", 0, 4, 8)
    b = adapter(tmp_path / "b", 10, 2, 3, use_rslora=True)
    out = tmp_path / "out"
    assert command("merge", a, b, "--lora", "concat", "-o", out, "--set", "weight=0.5,2") == 0
    for module in "qv":
        expected = 0.5 * product(a, module) + 2 * product(b, module)
        np.testing.assert_allclose(product(out, module), expected, rtol=0, atol=1e-5)
    assert json.loads((out / "adapter_config.json").read_text())["r"] == 6
    assert command("verify", out) == 0
    again = tmp_path / "again"
    assert command("merge", a, b, "--method", "auto", "-o", again, "--set", "weight=0.5,2") == 0
    for file in out.iterdir():
        assert (again / file.name).read_bytes() == file.read_bytes()
    (out / "adapter_config.json").write_text("{}")
    assert command("verify", out) == 1


def test_adapters_with_a_base_merge_three_ways(tmp_path: Path) -> None:
    base, a = adapter(tmp_path / "o", 0, 4, 4), adapter(tmp_path / "a", 20, 4, 4)
    out = tmp_path / "out"
    assert command("merge", "--base", base, base, a, "--lora", "concat", "-o", out) == 0
    np.testing.assert_allclose(product(out, "q"), product(a, "q"), rtol=0, atol=1e-5)


def test_svd_is_the_best_approximation_of_its_rank(tmp_path: Path) -> None:
    a, b = adapter(tmp_path / "a", 0, 4, 8), adapter(tmp_path / "b", 10, 3, 3)
    out = tmp_path / "out"
    assert command("merge", a, b, "--lora", "svd", "--rank", "3", "-o", out) == 0
    total = product(a, "v") + product(b, "v")
    u, s, vh = np.linalg.svd(total)
    np.testing.assert_allclose(product(out, "v"), (u[:, :3] * s[:3]) @ vh[:3], atol=1e-4)
    with pytest.raises(MergeassistError, match="DoRA"):
        command("merge", a, adapter(tmp_path / "c", 1, 4, 4, use_dora=True), "--lora", "concat",
                "-o", tmp_path / "no")  # fmt: skip


def test_the_record_in_the_metadata_can_be_verified(tmp_path: Path) -> None:
    w = noise(0, 6, 6)
    files = [save(tmp_path / f"{n}.safetensors", {"w": w + noise(i, 6, 6, scale=0.01)},
                  {"format": "pt"}) for i, n in enumerate("oab", 1)]  # fmt: skip
    out = tmp_path / "out.safetensors"
    args = ("merge", "--base", files[0], *files[1:], "-o", out, "--method", "dare")
    assert command(*args, "--in-metadata") == 0
    note = json.loads(open_checkpoint(out).extras["mergeassist"])
    assert note["method"] == "dare"
    assert len(note["experts"]) == 2
    assert str(tmp_path) not in json.dumps(note)
    assert command("verify", out) == 0


@pytest.mark.parametrize("pointers", [False, True])
def test_the_drivers_record_can_be_verified(
    repository: Path,
    capsys: pytest.CaptureFixture[str],
    pointers: bool,
) -> None:
    from tests.params.test_driver import Store
    from tests.params.test_driver import pointers as make_pointers

    if pointers:
        make_pointers(repository, Store.of_repository(repository))
    else:
        for side in SIDES:
            save(repository / side, weights(side))
            git("hash-object", "-w", side, cwd=repository)
    assert merge_checkpoint("O", "A", "B", "m.safetensors", 7) == 0
    (repository / "A").rename(repository / "m.safetensors")
    record = next((repository / ".git/mergeassist/records").glob("*.json"))
    assert command("verify", record) == 0
    assert "as in the work tree" in capsys.readouterr().out
    content = json.loads(record.read_text())
    content["parameters"], content["method"] = {}, "theirs"
    record.write_text(json.dumps(content))
    assert command("verify", record) == 1


def test_weights_that_onnx_keeps_in_constants_and_branches_merge(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    helper, numpy_helper = onnx.helper, onnx.numpy_helper

    def model(value: np.ndarray) -> bytes:
        def branch(sign: float) -> Any:
            constant = helper.make_node(
                "Constant", [], ["w"], value=numpy_helper.from_array(value * np.float32(sign))
            )
            out = helper.make_tensor_value_info("w", onnx.TensorProto.FLOAT, value.shape)
            return helper.make_graph([constant], "branch", [], [out])

        choice = helper.make_node("If", ["c"], ["y"], then_branch=branch(1), else_branch=branch(-1))
        graph = helper.make_graph(
            [choice], "g", [helper.make_tensor_value_info("c", onnx.TensorProto.BOOL, [])],
            [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, value.shape)],
        )  # fmt: skip
        return helper.make_model(graph).SerializeToString()

    w = noise(0, 5, 4)
    values = {"o": w, "a": w + noise(1, 5, 4, scale=0.01), "b": w + noise(2, 5, 4, scale=0.01)}
    for name, value in values.items():
        (tmp_path / f"{name}.onnx").write_bytes(model(value))
    assert list(open_checkpoint(tmp_path / "o.onnx").tensors) == ["w", "w#2"]
    out = tmp_path / "out.onnx"
    args = [tmp_path / f"{n}.onnx" for n in "oab"]
    assert command("merge", "--base", args[0], *args[1:], "-o", out) == 0
    merged = onnx.load(out)
    onnx.checker.check_model(merged)
    attribute = next(a for a in merged.graph.node[0].attribute if a.name == "else_branch")
    found = numpy_helper.to_array(attribute.g.node[0].attribute[0].t)
    np.testing.assert_allclose(found, -(values["a"] + values["b"]) / 2, rtol=1e-6, atol=1e-7)


def test_settings_that_contradict_the_tensors() -> None:
    shapes = {"model.embed_tokens.weight": (10, 8), "model.layers.1.w": (8, 8)}
    good = {"config.json:vocab_size": "10", "config.json:num_hidden_layers": "2",
            "config.json:hidden_size": "8"}  # fmt: skip
    assert disagreements(good, shapes) == ()
    tokenizer = json.dumps({"model": {"vocab": {"a": 0}}, "added_tokens": [
        {"id": 10, "content": "x"}]}).encode()  # fmt: skip
    bad = {"config.json:vocab_size": "9", "config.json:num_hidden_layers": "3",
           "config.json:hidden_size": "4", "tokenizer.json": tokenizer}  # fmt: skip
    assert len(disagreements(bad, shapes)) == 4


def test_bf16_values_survive_the_halves(tmp_path: Path) -> None:
    """Sign of zero, subnormals and the largest numbers, through the path of two at a time."""
    values = np.array([0x8000, 0, 1, 0x8001, 0x7F7F, 0xFF7F, 0x0080, 0x3F80] * 8, np.uint16)
    other = values[::-1].copy()
    report, merged = run(tmp_path, None, {"w": values}, {"w": other}, method="linear",
                         parameters={"weight": "1,0"}, allow_unrelated=True)  # fmt: skip
    assert not report.refusals
    assert (from_bf16(merged["w"]) == from_bf16(values)).all()
