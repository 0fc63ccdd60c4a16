"""Permuted experts and hidden units put in base's order before a merge, and only those."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mergeassist.cli.main import main
from mergeassist.params.experts import to_base
from mergeassist.params.experts.layers import find_layers
from mergeassist.params.formats import open_checkpoint
from tests.params.samples import bf16, noise, run, save

EXPERTS, HIDDEN, WIDTH = 5, 24, 16
LAYER = "model.layers.0.block_sparse_moe"
Model = dict[str, np.ndarray]


def mixture(seed: int = 0) -> Model:
    """A layer of experts in Mixtral's names, and what stands around it."""
    model = {"model.layers.0.self_attn.o_proj.weight": noise(seed + 900, WIDTH, WIDTH)}
    for e in range(EXPERTS):
        for i, part in enumerate(("w1", "w2", "w3")):
            shape = (WIDTH, HIDDEN) if part == "w2" else (HIDDEN, WIDTH)
            name = f"{LAYER}.experts.{e}.{part}.weight"
            model[name] = noise(seed + 10 * e + i, *shape)
    model[f"{LAYER}.gate.weight"] = noise(seed + 500, EXPERTS, WIDTH)
    return model


def tuned(model: Model, seed: int, only: str = "") -> Model:
    """A fine-tune: small noise on all tensors, or on those whose name contains `only`."""
    return {n: v + noise(seed + i, *v.shape, scale=0.1) if only in n else v
            for i, (n, v) in enumerate(model.items())}  # fmt: skip


def shuffled(model: Model, order: list[int], units: int | None = None) -> Model:
    """The same function: experts and router rows in another order, hidden units too if asked."""
    found = dict(model)
    for place, expert in enumerate(order):
        unit = np.arange(HIDDEN)
        if units is not None:
            unit = np.random.default_rng(units + place).permutation(HIDDEN)
        for part in ("w1", "w2", "w3"):
            values = model[f"{LAYER}.experts.{expert}.{part}.weight"]
            moved = values[:, unit] if part == "w2" else values[unit]
            found[f"{LAYER}.experts.{place}.{part}.weight"] = moved
    found[f"{LAYER}.gate.weight"] = model[f"{LAYER}.gate.weight"][order]
    return found


ORDER = [3, 0, 4, 1, 2]


@pytest.mark.parametrize("units", [None, 7])
def test_a_permuted_side_merges_as_if_it_were_not(tmp_path: Path, units: int | None) -> None:
    base = mixture()
    ours, theirs = tuned(base, 1000), tuned(base, 2000)
    _, plain = run(tmp_path, base, ours, theirs, method="linear")
    for sides in ((shuffled(ours, ORDER, units), theirs), (ours, shuffled(theirs, ORDER, units))):
        report, found = run(tmp_path, base, *sides, method="linear")
        assert not report.refusals
        for name, values in plain.items():
            assert values.tobytes() == found[name].tobytes(), name
        moved = report.record["experts_moved"]
        assert [m["layer"] for m in moved] == [LAYER]
        # Which of the side's experts takes each place: the inverse of how it was shuffled.
        assert moved[0]["experts"] == [ORDER.index(e) for e in range(EXPERTS)]
        assert moved[0]["units"] == (EXPERTS if units else 0)
        assert any("put in base's order" in note for note in report.record["notes"])
    assert {moved[0]["side"]} == {"theirs"}


def test_without_alignment_this_merge_would_be_refused(tmp_path: Path) -> None:
    base = mixture()
    odd = {n.replace("experts", "specialists"): v for n, v in base.items()}
    ours, theirs = tuned(base, 1000), shuffled(tuned(base, 2000), ORDER)
    renamed = [{n.replace("experts", "specialists"): v for n, v in m.items()}
               for m in (ours, theirs)]  # fmt: skip
    report, _ = run(tmp_path, odd, *renamed, method="linear")
    assert "unrelated" in report.line


def test_what_one_side_changed_keeps_its_bytes(tmp_path: Path) -> None:
    base = mixture()
    ours = shuffled(tuned(base, 1000), ORDER, 3)
    report, found = run(tmp_path, base, ours, tuned(base, 2000, only="self_attn"), method="ram")
    assert "experts_moved" not in report.record
    assert found[f"{LAYER}.gate.weight"].tobytes() == ours[f"{LAYER}.gate.weight"].tobytes()
    # The same permutation on both sides is one change as well.
    report, found = run(tmp_path, base, ours, dict(ours), method="ram")
    assert all(values.tobytes() == ours[name].tobytes() for name, values in found.items())


def test_fine_tunes_and_strangers_stay_as_they_are(tmp_path: Path) -> None:
    base = mixture()
    report, _ = run(tmp_path, base, tuned(base, 1000), tuned(base, 2000), method="ram")
    assert "experts_moved" not in report.record
    other = mixture(77)
    report, _ = run(tmp_path, base, tuned(base, 1000), other, method="ram", allow_unrelated=True)
    assert "experts_moved" not in report.record
    # One expert trained anew is no permutation.
    replaced = tuned(base, 2000)
    for part in ("w1", "w2", "w3"):
        name = f"{LAYER}.experts.2.{part}.weight"
        replaced[name] = other[name]
    report, _ = run(tmp_path, base, tuned(base, 1000), replaced, method="ram", allow_unrelated=True)
    assert "experts_moved" not in report.record


def test_verify_derives_it_again_in_bf16_shards(tmp_path: Path) -> None:
    base = mixture()
    sides = (base, tuned(base, 1000), shuffled(tuned(base, 2000), ORDER, 5))
    for name, side in zip("oab", sides, strict=True):
        folder = tmp_path / name
        folder.mkdir()
        names = sorted(side)
        shards = {"m-1.safetensors": names[:9], "m-2.safetensors": names[9:]}
        for file, kept in shards.items():
            save(folder / file, {n: bf16(side[n]) for n in kept})
        index = {"metadata": {}, "weight_map": {n: f for f, kept in shards.items() for n in kept}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    out = str(tmp_path / "out")
    named = [str(tmp_path / n) for n in "oab"]
    assert main(["models", "merge", "--base", named[0], named[1], named[2], "-o", out]) == 0
    record = json.loads(Path(out + ".merge.json").read_text())
    assert record["experts_moved"][0]["side"] == "theirs"
    assert main(["models", "verify", out]) == 0


def test_models_without_experts_are_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(to_base, "in_bases_order", lambda *_: pytest.fail("looked at"))
    base = {"mlp.up_proj.weight": noise(0, 4, 4), "experts": noise(1, 3)}
    report, _ = run(tmp_path, base, tuned(base, 1), tuned(base, 2), method="ram")
    assert not report.refusals


def test_layers_are_told_by_names(tmp_path: Path) -> None:
    names = {
        **{f"a.mlp.experts.{e}.{p}_proj.weight": (4, 3) for e in range(3) for p in ("up", "gate")},
        "a.mlp.gate.weight": (3, 3), "a.mlp.gate.e_score_correction_bias": (3,),
        "a.mlp.shared_expert.gate_proj.weight": (3, 3), "a.mlp.shared_expert_gate.weight": (1, 3),
        **{f"b.mlp.experts.expert_{e}.wi.weight": (4, 3) for e in range(2)},
        "b.mlp.router.classifier.weight": (2, 3),
        "c.experts.0.w1.weight": (2, 2), "c.experts.2.w1.weight": (2, 2),
        "d.experts.0.w1.weight": (2, 2), "d.experts.1.w1.weight": (2, 3),
        "e.mlp.experts.gate_up_proj": (2, 4, 3),
    }  # fmt: skip
    path = save(tmp_path / "m", {n: np.zeros(s, np.float32) for n, s in names.items()})
    found = find_layers(open_checkpoint(path).tensors)
    assert {n: layer.size for n, layer in found.layers.items()} == {"a.mlp": 3, "b.mlp": 2}
    assert found.layers["a.mlp"].router == (
        "a.mlp.gate.weight", "a.mlp.gate.e_score_correction_bias",
    )  # fmt: skip
    assert found.layers["b.mlp"].router == ("b.mlp.router.classifier.weight",)
    assert set(found.odd) == {"c", "d", "e.mlp"}
