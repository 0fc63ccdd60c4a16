"""`models compact-experts` in numpy: groups, alignment, merging, factors, settings, errors."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from mergeassist.cli.main import main
from mergeassist.params.experts.grouping import cosines, group
from mergeassist.params.experts.low_rank import dense, factor
from mergeassist.params.experts.matching import best_order
from tests.params.samples import bf16, from_bf16, load, noise, save

HIDDEN, WIDTH = 6, 5
LAYER = "model.layers.3.mlp"
PARTS = ("gate_proj", "up_proj", "down_proj")
Model = dict[str, np.ndarray]


def expert(seed: int) -> dict[str, np.ndarray]:
    return {p: noise(seed + i, *((WIDTH, HIDDEN) if p == "down_proj" else (HIDDEN, WIDTH)))
            for i, p in enumerate(PARTS)}  # fmt: skip


def moved(values: dict[str, np.ndarray], order: np.ndarray) -> dict[str, np.ndarray]:
    return {p: v[:, order] if p == "down_proj" else v[order] for p, v in values.items()}


def mixture(experts: list[dict[str, np.ndarray]], router: np.ndarray) -> Model:
    """Qwen-MoE's names, with a shared expert and a norm around."""
    model = {f"{LAYER}.experts.{e}.{p}.weight": v
             for e, parts in enumerate(experts) for p, v in parts.items()}  # fmt: skip
    model[f"{LAYER}.gate.weight"] = router
    model[f"{LAYER}.shared_expert.up_proj.weight"] = noise(90, 4, WIDTH)
    model["model.norm.weight"] = noise(91, WIDTH)
    return model


def folder(path: Path, model: Model, **config: object) -> Path:
    path.mkdir()
    save(path / "model.safetensors", model)
    settings = {"model_type": "qwen2_moe", "num_experts": 4, "num_experts_per_tok": 2, **config}
    (path / "config.json").write_text(json.dumps(settings))
    return path


def compact(path: Path, out: Path, *options: str) -> Model:
    assert main(["models", "compact-experts", str(path), "-o", str(out), *options]) == 0
    return load(out / "model.safetensors")


def routing(path: Path, usage: list[float]) -> Path:
    return save(path, {f"{LAYER}.usage": np.array(usage, np.float32)})


def test_groups_by_hand() -> None:
    # 0 and 2 point one way, 1 and 3 another, 4 between them but nearer to 1.
    rows = np.array([[1, 0], [0, 1], [0.9, 0.1], [0.1, 0.9], [0.4, 0.6]])
    found = group(cosines(rows), np.array([0.1, 0.4, 0.3, 0.0, 0.2]), 2)
    assert [g.members for g in found] == [(1, 3, 4), (2, 0)]
    assert found[0].weights == pytest.approx((0.4 / 0.6, 0.0, 0.2 / 0.6))
    assert found[1].weights == pytest.approx((0.75, 0.25))
    plain = group(cosines(rows), None, 2)
    assert [set(g.members) for g in plain] == [{0, 2}, {1, 3, 4}]
    assert plain[1].weights == (1 / 3, 1 / 3, 1 / 3)
    assert [g.members for g in group(cosines(rows), None, 5)] == [(e,) for e in range(5)]


def test_merged_by_usage_after_the_best_of_all_orders(tmp_path: Path) -> None:
    first, other, third = expert(0), expert(10), expert(20)
    second = moved({p: v + noise(50, *v.shape, scale=0.8) for p, v in first.items()},
                   np.random.default_rng(0).permutation(HIDDEN))  # fmt: skip
    router = np.stack([noise(7, WIDTH)] * 4) + noise(8, 4, WIDTH, scale=0.01)
    router[1], router[3] = noise(9, WIDTH), noise(11, WIDTH)
    path = folder(tmp_path / "m", mixture([first, other, second, third], router))
    usage = routing(tmp_path / "usage", [0.4, 0.3, 0.1, 0.2])
    found = compact(path, tmp_path / "out", "--experts", "3", "--routing", str(usage))

    def likeness(order: tuple[int, ...]) -> float:
        ours = moved(second, np.array(order))
        return sum(float((ours[p] * first[p]).sum()) for p in PARTS)

    best = np.array(max(permutations(range(HIDDEN)), key=likeness))
    expected = {p: 0.8 * first[p] + 0.2 * moved(second, best)[p] for p in PARTS}
    for part, values in expected.items():
        name = f"{LAYER}.experts.0.{part}.weight"
        np.testing.assert_allclose(found[name], values, rtol=0, atol=1e-6)
        assert found[f"{LAYER}.experts.2.{part}.weight"].tobytes() == third[part].tobytes()
    rows = np.stack([0.8 * router[0] + 0.2 * router[2], router[1], router[3]])
    np.testing.assert_allclose(found[f"{LAYER}.gate.weight"], rows, rtol=0, atol=1e-6)
    assert f"{LAYER}.experts.3.up_proj.weight" not in found
    assert found["model.norm.weight"].tobytes() == noise(91, WIDTH).tobytes()
    config = json.loads((tmp_path / "out/config.json").read_text())
    assert (config["num_experts"], config["num_experts_per_tok"]) == (3, 2)
    core = compact(path, tmp_path / "core", "--experts", "3", "--routing", str(usage),
                   "--router", "core")  # fmt: skip
    assert core[f"{LAYER}.gate.weight"].tobytes() == router[[0, 1, 3]].tobytes()


def test_shuffled_copies_merge_into_themselves_bit_for_bit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also in bf16, whatever the usage; the router then takes half as many experts."""
    one, two = expert(0), expert(10)
    chance = np.random.default_rng(1)
    experts = [one, two, moved(one, chance.permutation(HIDDEN)),
               moved(two, chance.permutation(HIDDEN))]  # fmt: skip
    rows = noise(7, 2, WIDTH)
    model = {n: bf16(v) for n, v in mixture(experts, rows[[0, 1, 0, 1]]).items()}
    usage = routing(tmp_path / "usage", [0.31, 0.27, 0.19, 0.23])
    path = folder(tmp_path / "m", model)
    found = compact(path, tmp_path / "out", "--experts", "2", "--routing", str(usage))
    for name, values in found.items():
        expected = model[name][:2] if name.endswith("gate.weight") else model[name]
        assert values.tobytes() == expected.tobytes(), name
    assert "exact copies" in capsys.readouterr().out
    config = json.loads((tmp_path / "out/config.json").read_text())
    assert (config["num_experts"], config["num_experts_per_tok"]) == (2, 1)
    kept = compact(path, tmp_path / "kept", "--experts", "2", "--routing", str(usage),
                   "--keep-router")  # fmt: skip
    assert kept[f"{LAYER}.experts.2.up_proj.weight"].tobytes() == bf16(one["up_proj"]).tobytes()
    assert kept[f"{LAYER}.gate.weight"].tobytes() == model[f"{LAYER}.gate.weight"].tobytes()
    assert json.loads((tmp_path / "kept/config.json").read_text())["num_experts"] == 4


def test_unequal_groups_of_copies_do_not_change_what_a_token_takes(tmp_path: Path) -> None:
    one, two = expert(0), expert(10)
    rows = noise(7, 2, WIDTH)
    path = folder(tmp_path / "m", mixture([one, two, one, one], rows[[0, 1, 0, 0]]))
    compact(path, tmp_path / "out", "--experts", "2")
    assert json.loads((tmp_path / "out/config.json").read_text())["num_experts_per_tok"] == 2


def test_low_rank_plus_sparse_rows() -> None:
    matrix = noise(0, 8, 3).astype(np.float64) @ noise(1, 3, 9).astype(np.float64)
    matrix[[1, 6]] += 50 * noise(2, 2, 9)
    exact = factor(matrix, 5, 0.0, "F64")
    np.testing.assert_allclose(dense(exact), matrix, atol=1e-10)
    left, sizes, right = np.linalg.svd(matrix)
    cut = factor(matrix, 2, 0.25, "F64")
    best = (left[:, :2] * sizes[:2]) @ right[:2]
    np.testing.assert_allclose(cut.up @ cut.down, best, atol=1e-10)
    worst = np.argsort(np.abs(matrix - best).mean(1))[-2:]
    assert cut.rows.tolist() == sorted(worst.tolist())
    np.testing.assert_allclose(dense(cut)[cut.rows], matrix[cut.rows], atol=1e-12)


@pytest.mark.parametrize("narrow", [False, True])
def test_factors_expand_to_what_dense_writes(tmp_path: Path, narrow: bool) -> None:
    model = mixture([expert(10 * e) for e in range(4)], noise(7, 4, WIDTH))
    model = {n: bf16(v) for n, v in model.items()} if narrow else model
    path = folder(tmp_path / "m", model)
    options = ("--experts", "2", "--rank", "2", "--sparse", "0.34")
    small = compact(path, tmp_path / "small", *options)
    up = small[f"{LAYER}.experts.1.up_proj.weight.low_rank_up"]
    assert up.shape == (HIDDEN, 2)
    assert small[f"{LAYER}.experts.1.up_proj.weight.sparse_rows"].shape == (2,)
    # Nobody may take the factors for a model.
    assert "factored" in json.loads((tmp_path / "small/config.json").read_text())["model_type"]
    whole = compact(path, tmp_path / "whole", *options, "--dense")
    again = compact(tmp_path / "small", tmp_path / "again", "--expand")
    assert {n: v.tobytes() for n, v in whole.items()} == {n: v.tobytes() for n, v in again.items()}
    settings = [json.loads((tmp_path / n / "config.json").read_text()) for n in ("whole", "again")]
    assert settings[0] == settings[1]
    plain = compact(path, tmp_path / "plain", "--experts", "2")
    name = f"{LAYER}.experts.1.up_proj.weight"
    pair = [from_bf16(m[name]) if narrow else m[name] for m in (plain, whole)]
    assert 0 < np.linalg.norm(pair[0] - pair[1]) < np.linalg.norm(pair[0])


def test_an_assignment_where_the_greedy_choice_fails() -> None:
    # Both rows like column 0 best; the sum is largest when row 1 gets it.
    assert best_order(np.array([[5.0, 4.0], [6.0, 1.0]], np.float32)).tolist() == [1, 0]
    assert best_order(np.array([[1.0, 9.0], [9.0, 1.0]], np.float32)).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "--experts N"),
        (("--experts", "5"), "has 4"),
        (("--experts", "2", "--dense"), "go with --rank"),
        (("--experts", "2", "--top-k", "3"), "1..2"),
        (("--experts", "2", "--routing", "usage"), "nothing about layer"),
        (("--expand",), "no low-rank factors"),
    ],
)
def test_wishes_that_cannot_be_met(
    tmp_path: Path, options: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    model = mixture([expert(10 * e) for e in range(4)], noise(7, 4, WIDTH))
    path = folder(tmp_path / "m", model)
    save(tmp_path / "usage", {"other.usage": np.ones(4, np.float32)})
    options = tuple(str(tmp_path / o) if o == "usage" else o for o in options)
    out = tmp_path / "out"
    assert main(["models", "compact-experts", str(path), "-o", str(out), *options]) == 2
    said = capsys.readouterr().err
    assert reason in said and said.count("\n") == 1
    assert not out.exists()


def test_models_that_cannot_be_compacted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = mixture([expert(10 * e) for e in range(4)], noise(7, 4, WIDTH))
    quantised = {n: np.zeros(v.shape, np.int8) if "experts" in n else v for n, v in model.items()}
    cases = {
        "nothing to compact": {"w": noise(0, 3)},
        "all experts lie in one tensor": {"a.experts.gate_up_proj": noise(0, 2, 3, 4)},
        "save it as plain floats": quantised,
        "no router": {n: v for n, v in model.items() if "gate.weight" not in n},
        "do not say which are hidden": {n.replace("up_proj", "odd"): v for n, v in model.items()},
    }
    for number, (reason, arrays) in enumerate(cases.items()):
        path = save(tmp_path / f"{number}.safetensors", arrays)
        assert main(["models", "compact-experts", str(path), "--experts", "2",
                     "-o", str(tmp_path / "out")]) == 2  # fmt: skip
        assert reason in capsys.readouterr().err
    np.savez(tmp_path / "m.npz", **model)
    assert main(["models", "compact-experts", str(tmp_path / "m.npz"), "--experts", "2",
                 "-o", str(tmp_path / "out")]) == 2  # fmt: skip
    assert "save it as safetensors" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
