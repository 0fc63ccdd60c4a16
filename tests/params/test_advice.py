"""`--method auto`: the situation is read off the models, the rules are data."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from mergeassist.cli.main import main
from mergeassist.errors import UsageError
from mergeassist.params.advice import RULES, Situation
from mergeassist.params.bench import gains, read_rows
from mergeassist.params.merge import Request, merge
from mergeassist.params.methods import METHODS
from mergeassist.params.policy import Policy, from_table, parse_spec, spec
from tests.params.samples import load, noise, save


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Path]:
    """A base; two models that change different halves; two that change everything."""
    base = noise(0, 40, 50)
    upper, lower = base.copy(), base.copy()
    upper[:20] += noise(1, 20, 50, scale=0.1)
    lower[20:] += noise(2, 20, 50, scale=0.1)
    made = {"base": base, "upper": upper, "lower": lower,
            "one": base + noise(3, 40, 50, scale=0.1),
            "two": base + noise(4, 40, 50, scale=0.1)}  # fmt: skip
    return {name: save(tmp_path / f"{name}.safetensors", {"w": w}) for name, w in made.items()}


def test_disjoint_changes_are_all_taken(
    models: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.safetensors"
    given = ["--base", str(models["base"]), "--ours", str(models["upper"]), "--theirs",
             str(models["lower"]), "-o", str(out)]  # fmt: skip
    assert main(["models", "merge", "--method", "auto", *given]) == 0
    said = capsys.readouterr().err
    assert "auto takes ram: the models changed different elements" in said
    assert "0% of the changed elements" in said
    found = load(out)["w"]
    assert (found[:20] == load(models["upper"])["w"][:20]).all()
    assert (found[20:] == load(models["lower"])["w"][20:]).all()
    # The record names the method that was taken, so that verify does not depend on the rules.
    assert json.loads((tmp_path / "out.safetensors.merge.json").read_text())["method"] == "ram"
    assert main(["models", "verify", str(out)]) == 0
    assert main(["models", "merge", "--method", "auto", "--set", "density=1", *given]) == 2


def test_without_a_base_the_mean_is_taken(
    models: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.safetensors"
    paths = [str(models["one"]), str(models["two"])]
    assert main(["models", "merge", "--method", "auto", *paths, "-o", str(out)]) == 0
    assert "auto takes linear: no base is known (2 models;" in capsys.readouterr().err
    mean = (load(models["one"])["w"] + load(models["two"])["w"]) / 2
    assert (load(out)["w"] == mean).all()


def test_auto_is_a_policy_like_others(models: dict[str, Path], tmp_path: Path) -> None:
    """In pyproject.toml, in .gitattributes and for some tensors only."""
    wished = (from_table({"default": "auto"}), Policy(parse_spec("auto", "attribute")),
              Policy(spec("ties"), (("w", spec("auto")),)))  # fmt: skip
    for policy in wished:
        request = Request(models["base"], (models["one"], models["two"]), policy)
        report = merge(request, tmp_path / "out.safetensors")
        note = report.record["notes"][0]
        rule = next(r for r in RULES if r.fits(Situation(2, True, "none", 1.0)))
        assert f"auto takes {rule.method}:" in note and rule.figures in note
        assert "100% of the changed elements changed by several" in note
        asked = Policy(parse_spec(rule.method, ""))
        plain = merge(request._replace(policy=asked), tmp_path / "plain.safetensors")
        assert not plain.refusals
        names = ("out.safetensors", "plain.safetensors")
        assert len({(tmp_path / name).read_bytes() for name in names}) == 1
    assert spec("ram") == from_table({}).default, "the driver's default is not for the bench to set"
    with pytest.raises(UsageError):
        spec("auto", {"lambda": 1})


def test_some_rule_fits_every_situation() -> None:
    for count, base, kind, overlap, large in product(
        (2, 4, 8, 64), (False, True), ("none", "fisher", "gram"), (0.0, 0.5, 1.0), (False, True)
    ):
        rule = next(r for r in RULES if r.fits(Situation(count, base, kind, overlap, large)))
        method = METHODS[parse_spec(rule.method, "rule").method]
        assert count <= method.max_experts
        assert base or not method.needs_base
        assert method.needs_data in ("", kind)
        assert not (large and method.whole) or kind != "none"
    assert all(rule.because and rule.figures for rule in RULES)


def test_statistics_are_told_apart_by_their_shapes(models: dict[str, Path], tmp_path: Path) -> None:
    fisher = {"w": np.ones((40, 50), np.float32)}
    gram = {"w": np.eye(50, dtype=np.float32)}
    for kind, arrays in (("fisher", fisher), ("gram", gram)):
        files = tuple(save(tmp_path / f"{kind}-{i}.safetensors", arrays) for i in range(2))
        request = Request(models["base"], (models["one"], models["two"]), Policy(spec("auto")),
                          statistics=files)  # fmt: skip
        note = merge(request, tmp_path / "out.safetensors").record["notes"][0]
        best = next(r for r in RULES if r.fits(Situation(2, True, kind, 1.0)))
        assert f"auto takes {best.method}:" in note


def test_figures_are_those_of_the_rows_that_were_kept() -> None:
    rows = read_rows(Path(__file__).parents[2] / "training" / "mergebench.jsonl")

    def figures(method: str) -> str:
        found = {count: gains(rows, method, count, False) for count in (2, 4, 8)}
        counts = [count for count, each in found.items() if each]
        means = [f"{sum(found[n]) / len(found[n]):+.3f}".replace("0.", ".") for n in counts]
        return f"{'/'.join(means)} over linear with {'/'.join(map(str, counts))} models"

    benched = [rule for rule in RULES if rule.figures.startswith("bench: ")]
    assert {"regmean", "fisher", "ties", "nuslerp"} <= {rule.method for rule in benched}
    for rule in benched:
        assert rule.figures == f"bench: {figures(rule.method)}", rule.method
