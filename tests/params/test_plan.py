"""What is decided per tensor: copies, renames, dtypes, growth, ties, rules, guards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mergeassist.params.policy import from_table, spec
from tests.params.samples import bf16, from_bf16, noise, run

W = noise(0, 8, 16)
A, B = W + noise(1, 8, 16, scale=0.01), W + noise(2, 8, 16, scale=0.01)


def test_added_and_removed_tensors(tmp_path: Path) -> None:
    report, merged = run(
        tmp_path, {"w": W, "old": W + 1}, {"w": A, "mine": W + 2},
        {"w": W, "old": W + 1, "new": W + 3},
    )
    assert not report.refusals
    assert list(merged) == ["w", "mine", "new"]


def test_removed_against_changed_is_a_conflict(tmp_path: Path) -> None:
    report, _ = run(tmp_path, {"w": W, "v": W + 1}, {"w": A}, {"w": W, "v": B})
    assert "v: removed by ours, changed by the other" in report.line


def test_added_by_both_differently_is_a_conflict(tmp_path: Path) -> None:
    report, _ = run(tmp_path, {"w": W}, {"w": A, "v": A + 1}, {"w": W, "v": B + 2})
    assert "v: added by both sides" in report.line


def test_a_rename_carries_the_other_sides_change(tmp_path: Path) -> None:
    names = {"block.0.weight": W, "block.1.weight": noise(9, 8, 16)}
    renamed = {f"model.{name}": value for name, value in names.items()}
    report, merged = run(tmp_path, names, renamed, {**names, "block.0.weight": B})
    assert not report.refusals
    assert list(merged) == list(renamed)
    assert (merged["model.block.0.weight"] == B).all()


def test_renamed_twice_is_a_conflict(tmp_path: Path) -> None:
    report, _ = run(tmp_path, {"w": W, "z": A}, {"x": W, "z": A}, {"y": W, "z": A})
    assert "renamed twice" in report.line


def test_dtype_changed_on_one_side_converts_the_other(tmp_path: Path) -> None:
    report, merged = run(tmp_path, {"w": W}, {"w": bf16(W)}, {"w": B})
    assert not report.refusals
    assert (merged["w"] == bf16(B)).all()
    report, merged = run(tmp_path, {"w": bf16(W)}, {"w": from_bf16(bf16(W))}, {"w": bf16(B)})
    assert (merged["w"] == from_bf16(bf16(B))).all()


def test_dtype_and_values_changed_is_computed_in_the_new_dtype(tmp_path: Path) -> None:
    report, merged = run(tmp_path, {"w": W}, {"w": bf16(A)}, {"w": B}, method="linear")
    assert not report.refusals
    np.testing.assert_allclose(from_bf16(merged["w"]), (A + B) / 2, rtol=0.01, atol=0.01)


def test_different_new_dtypes_are_a_conflict(tmp_path: Path) -> None:
    report, _ = run(tmp_path, {"w": W}, {"w": bf16(A)}, {"w": B.astype(np.float16)})
    assert "different dtypes" in report.line


def test_rows_added_on_one_side_are_appended(tmp_path: Path) -> None:
    grown = np.vstack([A, noise(5, 3, 16)])
    report, merged = run(tmp_path, {"e": W}, {"e": grown}, {"e": B}, method="ram")
    assert not report.refusals
    np.testing.assert_allclose(merged["e"][:8], (A + B) / 2, rtol=1e-6, atol=1e-7)
    assert (merged["e"][8:] == grown[8:]).all()


@pytest.mark.parametrize("other", [np.vstack([B, noise(6, 2, 16)]), B[:4], B.reshape(16, 8)])
def test_other_shape_changes_are_conflicts(tmp_path: Path, other: np.ndarray) -> None:
    grown = np.vstack([A, noise(5, 3, 16)])
    assert run(tmp_path, {"e": W}, {"e": grown}, {"e": other})[0].refusals


def test_integers_are_never_averaged(tmp_path: Path) -> None:
    old, mine, yours = (np.array([n], np.int64) for n in (10, 12, 17))
    report, merged = run(
        tmp_path, {"bn.num_batches_tracked": old}, {"bn.num_batches_tracked": mine},
        {"bn.num_batches_tracked": yours},
    )  # fmt: skip
    assert merged["bn.num_batches_tracked"].tolist() == [17]
    report, _ = run(tmp_path, {"ids": old}, {"ids": mine}, {"ids": yours})
    assert "integers cannot be averaged" in report.line
    mask = np.array([True, False])
    report, _ = run(tmp_path, {"m": mask}, {"m": ~mask}, {"m": mask | True})
    assert "booleans" in report.line


def test_optimizer_state_is_taken_not_averaged(tmp_path: Path) -> None:
    report, merged = run(
        tmp_path, {"optimizer.exp_avg": W}, {"optimizer.exp_avg": A}, {"optimizer.exp_avg": B}
    )
    assert (merged["optimizer.exp_avg"] == A).all()
    assert "ours kept" in report.record["notes"][0]


def test_running_statistics_are_averaged_whatever_the_method(tmp_path: Path) -> None:
    name = "bn.running_var"
    report, merged = run(tmp_path, {name: W + 5}, {name: A + 5}, {name: B + 5}, method="dare")
    np.testing.assert_allclose(merged[name], (A + B) / 2 + 5, rtol=1e-6)
    assert "re-estimate" in report.record["notes"][0]


def test_quantised_weights_and_scales_come_from_one_side(tmp_path: Path) -> None:
    bits, scale = np.arange(16, dtype=np.uint8), np.ones(1, np.float32)
    base = {"l.weight": bits, "l.weight_scale_inv": scale}
    report, _ = run(
        tmp_path, base, {"l.weight": bits + 1, "l.weight_scale_inv": scale},
        {"l.weight": bits, "l.weight_scale_inv": scale * 2},
    )  # fmt: skip
    assert "belong together" in report.line


def test_adapter_halves_merge_only_while_one_half_is_shared(tmp_path: Path) -> None:
    a, b = "m.lora_A.weight", "m.lora_B.weight"
    report, _ = run(tmp_path, {a: W, b: W}, {a: A, b: W}, {a: W, b: B})
    assert "belong together" in report.line
    report, merged = run(tmp_path, {a: W, b: W}, {a: W, b: A}, {a: W, b: B})
    assert not report.refusals
    assert (merged[a] == W).all()


def test_a_head_untied_on_one_side_starts_from_the_embedding(tmp_path: Path) -> None:
    name, head = "model.embed_tokens.weight", "lm_head.weight"
    report, merged = run(tmp_path, {name: W}, {name: W, head: B}, {name: A}, method="ram")
    assert not report.refusals
    assert (merged[name] == A).all()
    np.testing.assert_allclose(merged[head], (A + B) / 2, rtol=1e-6, atol=1e-7)


def test_policy_by_pattern(tmp_path: Path) -> None:
    policy = from_table({"*.lm_head.*": "ours", "layers.1?.*": {"method": "ties", "density": 0.4}})
    names = ("lm_head.weight", "layers.12.w", "layers.2.w")
    assert [policy.spec(name).label for name in names] == [
        "ours", "ties density=0.4 weight=1 lambda=1", "ram",
    ]  # fmt: skip
    report, _ = run(
        tmp_path, {"v": W, "w": W}, {"v": A, "w": A}, {"v": B, "w": B}, method="ram",
        patterns=[("v", spec("theirs")), ("w", spec("conflict"))],
    )  # fmt: skip
    assert "w: changed by both; the policy leaves it to you" in report.line


def test_unrelated_models_are_refused(tmp_path: Path) -> None:
    base, ours, theirs = (
        {"w": noise(i, 50, 50), "norm": np.full(50, i, np.float32)} for i in (1, 2, 3)
    )
    report, merged = run(tmp_path, base, ours, theirs)
    assert "unrelated models" in report.line
    assert not merged
    report, _ = run(tmp_path, None, ours, theirs, method="linear")
    assert "unrelated models" in report.line
    assert not run(tmp_path, base, ours, theirs, allow_unrelated=True)[0].refusals


@pytest.mark.parametrize("method", ["ties", "ram", "linear", "task-arithmetic", "dare", "slerp"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_names_tensor_and_side(tmp_path: Path, method: str, bad: float) -> None:
    theirs = B.copy()
    theirs[3, 3] = bad
    report, merged = run(tmp_path, {"w": W}, {"w": A}, {"w": theirs}, method=method)
    assert report.line == "w: NaN or infinity in theirs"
    assert not merged


def test_deltas_under_one_ulp_are_reported(tmp_path: Path) -> None:
    base = np.ones((64, 64), np.float32)
    ours, theirs = base.copy(), base + np.float32(2e-4)
    ours[0, 0] = 1.5
    for mine, expected in ((ours, 0.0), (bf16(ours), 1.0)):
        report, _ = run(tmp_path, {"w": base}, {"w": mine}, {"w": theirs}, method="ram")
        assert report.record["guards"]["sub_ulp"] == pytest.approx(expected, abs=0.01)
        assert any("vanish" in note for note in report.record["notes"]) == (expected == 1.0)


def test_metadata_is_merged_key_by_key(tmp_path: Path) -> None:
    from mergeassist.params.merge import Request, merge
    from mergeassist.params.policy import Policy
    from tests.params.samples import save

    base = save(tmp_path / "o.safetensors", {"w": W}, {"format": "pt", "note": "o"})
    ours = save(tmp_path / "a.safetensors", {"w": A}, {"format": "pt", "note": "a"})
    theirs = save(tmp_path / "b.safetensors", {"w": B}, {"format": "pt", "note": "o", "more": "x"})
    request = Request(base, (ours, theirs), Policy(spec("ties")))
    assert not merge(request, tmp_path / "out").refusals
    assert b'"note":"a","more":"x"' in (tmp_path / "out").read_bytes()[:200]
    theirs = save(tmp_path / "b.safetensors", {"w": B}, {"format": "pt", "note": "b"})
    refusals = merge(request, tmp_path / "out").refusals
    assert refusals == ("note: changed by both sides, differently",)


def test_more_than_two_experts(tmp_path: Path) -> None:
    report, merged = run(
        tmp_path, {"w": W, "v": W}, {"w": A, "v": W}, {"w": W, "v": W}, {"w": A, "v": B}
    )
    assert not report.refusals
    assert (merged["w"] == A).all()
    assert (merged["v"] == B).all()
