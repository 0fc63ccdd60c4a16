"""RegMean++ and its statistics against a plain numpy loop."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from mergeassist.cli.main import main
from mergeassist.params.regression import gram_matrices, layers_in_order
from tests.params.samples import load, noise, save

LAYERS, WIDTH, HIDDEN, WORDS = 3, 5, 7, 11
Arrays = dict[str, np.ndarray]
SHRINK = 0.6


def network(seed: int) -> Arrays:
    """An embedding, layers of two linear maps with a bias, a head."""
    model = {"embed.weight": noise(seed, WORDS, WIDTH)}
    # In an order that sorts wrongly as text, as in a file that lists names alphabetically.
    for layer in (10, 2, 1)[:LAYERS]:
        at = seed + 10 * layer
        model[f"layers.{layer}.up.weight"] = noise(at, HIDDEN, WIDTH, scale=0.5)
        model[f"layers.{layer}.up.bias"] = noise(at + 1, HIDDEN, scale=0.1)
        model[f"layers.{layer}.down.weight"] = noise(at + 2, WIDTH, HIDDEN, scale=0.5)
    model["head.weight"] = noise(seed + 5, WORDS, WIDTH)
    return model


def words(task: int) -> np.ndarray:
    return np.random.default_rng(task).integers(0, 4 + 7 * task, 40 + 20 * task)


def grams_of(weights: Mapping[str, np.ndarray], task: int, names: Sequence[str]) -> Arrays:
    """What a user's program does: run the model on its task, remember every linear map's inputs."""
    seen: Arrays = {}

    def linear(name: str, x: np.ndarray) -> np.ndarray:
        seen[name] = x.T @ x / len(x)
        return x @ weights[name].astype(np.float64).T

    x = weights["embed.weight"].astype(np.float64)[words(task)]
    for layer in (1, 2, 10):
        middle = linear(f"layers.{layer}.up.weight", x) + weights[f"layers.{layer}.up.bias"]
        x = x + linear(f"layers.{layer}.down.weight", np.tanh(middle))
    linear("head.weight", x)
    return {name: seen[name] for name in names if name in seen}


def solved(matrices: list[np.ndarray], inputs: list[np.ndarray]) -> np.ndarray:
    """RegMean's closed form, off-diagonals scaled."""
    total, pull = 0.0, 0.0
    for matrix, x in zip(matrices, inputs, strict=True):
        gram = x.T @ x / len(x)
        gram = SHRINK * gram + (1 - SHRINK) * np.diag(np.diag(gram))
        total, pull = total + gram, pull + matrix.astype(np.float64) @ gram
    return pull @ np.linalg.inv(total)


def by_hand(models: list[Arrays]) -> Arrays:
    """RegMean++ as in the paper: data of every task walk through what is merged already."""
    merged = {"embed.weight": (models[0]["embed.weight"] + models[1]["embed.weight"]) / 2}
    states = [merged["embed.weight"].astype(np.float64)[words(i)] for i in range(2)]
    for layer in (1, 2, 10):
        up, bias, down = (f"layers.{layer}.{p}" for p in ("up.weight", "up.bias", "down.weight"))
        # Within the layer each model runs its own maps.
        middles = [np.tanh(x @ m[up].astype(np.float64).T + m[bias])
                   for x, m in zip(states, models, strict=True)]  # fmt: skip
        merged[up] = solved([m[up] for m in models], states)
        merged[down] = solved([m[down] for m in models], middles)
        merged[bias] = (models[0][bias] + models[1][bias]) / 2
        states = [x + np.tanh(x @ merged[up].T + merged[bias]) @ merged[down].T for x in states]
    merged["head.weight"] = solved([m["head.weight"] for m in models], states)
    return merged


PROGRAM = """
import json, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.params.samples import load, save
from tests.params.test_regression import grams_of

for line in sys.stdin:
    asked = json.loads(line)
    names = json.loads(Path(asked["names"]).read_text())
    found = grams_of(load(Path(asked["model"])), asked["expert"], names)
    save(Path(asked["grams"]), found)
    print(len(found), flush=True)
"""


@pytest.mark.parametrize("kind", ["function", "program"])
def test_regmean_plus_plus_is_the_papers_loop(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    models = [network(0), network(300)]
    paths = [str(save(tmp_path / f"{i}.safetensors", m)) for i, m in enumerate(models)]
    script = tmp_path / "grams.py"
    script.write_text(PROGRAM.format(root=str(Path(__file__).parents[2])))
    command = "python:tests.params.test_regression:grams_of"
    out = tmp_path / "out.safetensors"
    assert main(["models", "regmean", *paths, "--shrink", str(SHRINK), "-o", str(out), "--gram",
                 command if kind == "function" else f"{sys.executable} {script}",
                 "--allow-unrelated"]) == 0  # fmt: skip
    found = load(out)
    for name, values in by_hand(models).items():
        np.testing.assert_allclose(found[name], values, rtol=0, atol=2e-5, err_msg=name)
    assert "7 matrices" in capsys.readouterr().out
    record = json.loads((tmp_path / "out.safetensors.merge.json").read_text())
    assert record["inputs"] == "merged"
    assert main(["models", "verify", str(out)]) == 0


def test_regmean_asks_the_experts_themselves(tmp_path: Path) -> None:
    models = [network(0), network(300)]
    paths = [str(save(tmp_path / f"{i}.safetensors", m)) for i, m in enumerate(models)]
    out = tmp_path / "out.safetensors"
    assert main(["models", "regmean", *paths, "--inputs", "experts", "-o", str(out), "--shrink",
                 str(SHRINK), "--gram", "python:tests.params.test_regression:grams_of",
                 "--allow-unrelated"]) == 0  # fmt: skip
    for i, model in enumerate(models):
        kept = load(tmp_path / f"out.safetensors.gram{i + 1}.safetensors")
        expected = grams_of(model, i, list(model))
        assert set(kept) == set(expected)
        for name, values in expected.items():
            np.testing.assert_allclose(kept[name], values, rtol=1e-6)
    assert not np.allclose(load(out)["head.weight"], by_hand(models)["head.weight"], atol=1e-3)


def test_layers_come_as_data_meet_them() -> None:
    names = ["decoder.layers.0.w", "decoder.layers.10.w", "decoder.layers.2.w", "lm_head.weight",
             "encoder.layers.1.w", "encoder.layers.0.w.1.x", "norm.w"]  # fmt: skip
    assert layers_in_order(names) == [
        ["encoder.layers.0.w.1.x"], ["encoder.layers.1.w"], ["decoder.layers.0.w"],
        ["decoder.layers.2.w"], ["decoder.layers.10.w"], ["lm_head.weight", "norm.w"],
    ]  # fmt: skip
    assert layers_in_order(names, ["decoder*"])[0] == ["decoder.layers.0.w"]


def test_answers_that_do_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = [network(0), network(300)]
    paths = [str(save(tmp_path / f"{i}.safetensors", m)) for i, m in enumerate(models)]
    here = "python:tests.params.test_regression:"
    cases = {"true": "ended", "sh -c 'read x; echo 3'": "did not write",
             here + "words_only": "not a finite", here + "nothing": "no Gram"}  # fmt: skip
    for command, reason in cases.items():
        assert main(["models", "regmean", *paths, "--gram", command,
                     "-o", str(tmp_path / "out")]) == 2  # fmt: skip
        assert reason in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def words_only(weights: Arrays, task: int, names: Sequence[str]) -> Arrays:
    return {name: np.full((2, 2), np.nan) for name in names}


def nothing(weights: Arrays, task: int, names: Sequence[str]) -> Arrays:
    return {}


def test_an_answer_about_later_layers_is_not_believed() -> None:
    """RegMean++ wants a layer's inputs only after those before it are merged."""
    models = [network(0), network(300)]
    asked: list[list[str]] = []

    def ask(expert: int, changed: Mapping[str, np.ndarray], names: Sequence[str]) -> Arrays:
        asked.append(list(names))
        return grams_of({**models[expert], **changed}, expert, list(models[0]))

    found = gram_matrices(models, ask, merged=True, shrink=SHRINK)
    assert [names[0] for names in asked[::2]] == [
        "layers.1.up.weight", "layers.2.up.weight", "layers.10.up.weight", "embed.weight",
    ]  # fmt: skip
    merged = by_hand(models)
    states = merged["embed.weight"].astype(np.float64)[words(1)]
    up, down = merged["layers.1.up.weight"], merged["layers.1.down.weight"]
    states = states + np.tanh(states @ up.T + merged["layers.1.up.bias"]) @ down.T
    np.testing.assert_allclose(found[1]["layers.2.up.weight"], states.T @ states / len(states),
                               rtol=1e-4, atol=1e-5)  # fmt: skip
