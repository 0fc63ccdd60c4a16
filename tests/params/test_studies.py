"""`models pareto`, `search`, `average`, `assemble`, `bench` and the programs they ask."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

from mergeassist.cli.main import main
from mergeassist.errors import InputError, UsageError
from mergeassist.params.average import read_point, weights_of
from mergeassist.params.bench import Row, append_rows, open_bench, read_rows, run_bench, table
from mergeassist.params.evolve import maximise
from mergeassist.params.nsga import crowding, dominated, fronts
from mergeassist.params.pareto import explore, hypervolume, pick
from mergeassist.params.provider import Evaluator
from mergeassist.params.search import layers_of, pattern_of
from tests.params.samples import load, noise, save

Arrays = dict[str, np.ndarray]


def two_tasks(curve: float) -> object:
    """Metrics that fall with the distance of merged weights from two different goals."""
    base = noise(0, 30).astype(np.float64)
    taus = [noise(i, 30, scale=0.3).astype(np.float64) for i in (1, 2)]

    def evaluate(weights: tuple[float, ...]) -> dict[str, float]:
        merged = base + sum(w * t for w, t in zip(weights, taus, strict=True))
        found = {}
        for name, tau in zip(("a", "b"), taus, strict=True):
            gap = np.linalg.norm(merged - base - tau) / np.linalg.norm(tau)
            found[name] = 0.2 + 0.75 * float(np.exp(-curve * gap**2))
        return found

    return evaluate


@pytest.mark.parametrize("curve", [0.5, 1.5, 4.0])
def test_the_front_of_twenty_evaluations_is_that_of_a_grid(curve: float) -> None:
    evaluate = two_tasks(curve)
    line = [evaluate((t, 1 - t)) for t in np.linspace(0, 1, 101)]
    square = [evaluate((s, t)) for s in np.linspace(0, 1, 21) for t in np.linspace(0, 1, 21)]
    for seed in range(2):
        asked = []

        def counted(weights: tuple[float, ...], asked: list = asked) -> dict[str, float]:
            asked.append(weights)
            return evaluate(weights)

        study = explore(counted, 2, 20, seed)
        assert len(asked) <= 20
        # What counts is what the proposed merges are worth, not what was predicted.
        reached = np.array([list(evaluate(point.weights).values()) for point in study.front])
        for grid in (line, square):
            values = np.array([list(found.values()) for found in grid])
            worst = values.min(0)
            assert hypervolume(reached, worst) >= 0.97 * hypervolume(values, worst)


def test_a_preference_moves_along_the_front() -> None:
    study = explore(two_tasks(2.0), 2, 12)
    toward = pick(study, {"a": 1.0}).metrics
    away = pick(study, {"b": 1.0}).metrics
    middle = pick(study, {}).metrics
    assert toward["a"] > middle["a"] > away["a"]
    assert toward["b"] < middle["b"] < away["b"]
    with pytest.raises(UsageError):
        pick(study, {"c": 1.0})


def test_many_models_are_merged_pairwise() -> None:
    goal = np.array([0.9, 0.2, 0.6, 0.4])

    def evaluate(weights: tuple[float, ...]) -> dict[str, float]:
        return {"m": float(np.exp(-(np.linalg.norm(goal - weights) ** 2)))}

    study = explore(evaluate, 4, 30)
    assert len(study.evaluated) <= 30
    assert evaluate(pick(study, {}).weights)["m"] > evaluate((0.25,) * 4)["m"]


def test_non_dominated_sorting() -> None:
    values = np.array([[1.0, 5], [2, 4], [1, 4], [3, 1], [0, 0], [2, 4]])
    assert dominated(values).tolist() == [False, False, True, False, True, False]
    assert fronts(values).tolist() == [0, 0, 1, 0, 2, 0]
    assert np.isinf(crowding(np.array([[0.0, 2], [1, 1], [2, 0]]))[[0, 2]]).all()
    assert hypervolume(np.array([[2.0, 1], [1, 2], [0.5, 0.5]]), (0, 0)) == 3.0


def test_evolution_finds_the_top_of_an_ill_scaled_hill() -> None:
    scales = np.logspace(0, 2, 6)

    def value(point: np.ndarray) -> float:
        return -float((scales * (point - 0.7) ** 2).sum())

    best, top = maximise(value, np.zeros(6), 0.3, 1500, 0)
    assert top > -1e-6
    np.testing.assert_allclose(best, 0.7, atol=1e-3)
    assert maximise(value, np.zeros(6), 0.3, 1, 0)[1] == value(np.zeros(6))


SCORE = """
import json, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.params.samples import load, noise
import numpy as np

def score(path):
    found = load(Path(path))
    return {{"a": float(np.exp(-np.abs(found["layers.0.w"] - 1).mean())),
             "b": float(np.exp(-np.abs(found["layers.1.w"] - 2).mean()))}}

if len(sys.argv) > 1:
    print("talk first")
    print(json.dumps(score(sys.argv[1])))
else:
    for line in sys.stdin:
        print(json.dumps(score(json.loads(line)["model"])), flush=True)
"""


@pytest.fixture
def models(tmp_path: Path) -> tuple[Path, Path, Path, str]:
    """Base, two experts (each right in one layer, wrong in the other), the program that scores."""
    zero = {"layers.0.w": np.full((4, 4), 0.1, np.float32), "layers.1.w": np.full(5, 0.1, "f4")}
    one = {"layers.0.w": np.ones((4, 4), np.float32), "layers.1.w": np.full(5, -1, np.float32)}
    two = {"layers.0.w": np.full((4, 4), -1, np.float32), "layers.1.w": np.full(5, 2, np.float32)}
    script = tmp_path / "score.py"
    script.write_text(SCORE.format(root=str(Path(__file__).parents[2])))
    paths = [save(tmp_path / f"{n}.safetensors", m) for n, m in
             zip(("base", "one", "two"), (zero, one, two), strict=True)]  # fmt: skip
    return (*paths, f"{sys.executable} {script}")


def test_programs_answer_once_or_stay(models: tuple[Path, Path, Path, str]) -> None:
    base, one, _, command = models
    with Evaluator(command) as served, Evaluator(command + " {model}") as once:
        assert served(base) == once(base)
        assert served(one)["a"] == 1.0
    with pytest.raises(UsageError, match="failed"), Evaluator("false {model}") as broken:
        broken(base)
    with pytest.raises(UsageError, match="ended"), Evaluator("true") as gone:
        gone(base)
    with Evaluator("sh -c 'echo NaN' {model}") as vague, pytest.raises(UsageError, match="finite"):
        vague(base)


def test_pareto_writes_front_page_and_merge(
    models: tuple[Path, Path, Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base, one, two, command = models
    out, page = tmp_path / "out.safetensors", tmp_path / "front.html"
    code = main(["models", "pareto", "--base", str(base), str(one), str(two), "--eval", command,
                 "--budget", "8", "--pick", "a=1", "--html", str(page), "--json", "-o", str(out),
                 "--allow-unrelated"])  # fmt: skip
    assert code == 0
    said = json.loads(capsys.readouterr().out)
    assert len(said["evaluated"]) == 8
    assert said["chosen"]["weights"][0] > said["chosen"]["weights"][1]
    assert page.read_text().count("<circle") >= 9
    assert main(["models", "verify", str(out)]) == 0


def test_search_sets_every_layer_apart(
    models: tuple[Path, Path, Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base, one, two, command = models
    out = tmp_path / "out.safetensors"
    code = main(["models", "search", "--base", str(base), str(one), str(two), "--eval", command,
                 "--budget", "120", "-o", str(out), "--allow-unrelated"])  # fmt: skip
    assert code == 0
    assert "120 evaluations" in capsys.readouterr().out
    found = load(out)
    # No single pair of weights gets both layers right.
    assert abs(found["layers.0.w"] - 1).mean() < 0.1
    assert abs(found["layers.1.w"] - 2).mean() < 0.1
    assert main(["models", "verify", str(out)]) == 0


def toward_goal(weights: Arrays) -> tuple[float, Arrays]:
    """A loss with its gradient, as a user's function gives it."""
    goals = {"layers.0.w": 1.0, "layers.1.w": 2.0}
    loss = sum(float(((weights[n] - g) ** 2).mean()) for n, g in goals.items())
    return loss, {n: 2 * (weights[n] - g) / weights[n].size for n, g in goals.items()}


def test_search_goes_down_a_given_gradient(
    models: tuple[Path, Path, Path, str], tmp_path: Path
) -> None:
    base, one, two, _ = models
    out = tmp_path / "out.safetensors"
    name = "python:tests.params.test_studies:toward_goal"
    code = main(["models", "search", "--base", str(base), str(one), str(two), "--gradient", name,
                 "--budget", "400", "--rate", "0.02", "-o", str(out),
                 "--allow-unrelated"])  # fmt: skip
    assert code == 0
    assert toward_goal(load(out))[0] < 1e-3


GRADIENTS = """
import json, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.params.samples import load, save
from tests.params.test_studies import toward_goal

def answer(model, gradients):
    loss, slopes = toward_goal(load(Path(model)))
    save(Path(gradients), {{n: v.astype("f4") for n, v in slopes.items()}})
    print(json.dumps({{"loss": loss}}), flush=True)

for line in sys.stdin:
    answer(**json.loads(line))
"""


def test_search_asks_a_program_for_gradients(
    models: tuple[Path, Path, Path, str], tmp_path: Path
) -> None:
    base, one, two, command = models
    script = tmp_path / "slopes.py"
    script.write_text(GRADIENTS.format(root=str(Path(__file__).parents[2])))
    out = tmp_path / "out.safetensors"
    given = ["models", "search", "--base", str(base), str(one), str(two), "--budget", "60",
             "--rate", "0.08", "-o", str(out), "--allow-unrelated"]  # fmt: skip
    assert main([*given, "--gradient", f"{sys.executable} {script}"]) == 0
    assert toward_goal(load(out))[0] < 0.02
    before = out.read_bytes()
    # One that only scores answers without a loss, and one that writes no gradients is no better.
    assert main([*given, "--gradient", command]) == 2
    assert main([*given, "--gradient", "echo 0.5 {model} {gradients}"]) == 2
    assert out.read_bytes() == before


def test_layers_and_patterns() -> None:
    assert pattern_of("a[0].w*") == "a[[]0].w[*]"

    tensors = {f"m.{i}.w": SimpleNamespace(dtype="F32") for i in range(5)}
    groups = layers_of(SimpleNamespace(tensors=tensors), 2)  # type: ignore[arg-type]
    assert [len(group) for group in groups] == [3, 2]


def checkpoint(folder: Path, step: int, loss: float, values: np.ndarray) -> Path:
    folder.mkdir(parents=True)
    save(folder / "model.safetensors", {"w": values})
    history = [{"step": step - 1, "loss": 9.0}, {"step": step, "loss": loss}, {"eval_runtime": 1}]
    state = {"global_step": step, "log_history": history}
    (folder / "trainer_state.json").write_text(json.dumps(state))
    return folder


def test_average_weighs_the_last_by_loss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = [noise(i, 6, scale=0.1) + 1 for i in range(4)]
    losses = [3.0, 2.0, 1.0, 0.5]
    for step, loss, value in zip((5, 10, 90, 100), losses, values, strict=True):
        checkpoint(tmp_path / "run" / f"checkpoint-{step}", step, loss, value)
    out = tmp_path / "out"
    assert main(["models", "average", str(tmp_path / "run"), "--last", "3", "--power", "2",
                 "-o", str(out)]) == 0  # fmt: skip
    shares = np.array([1 / 4, 1, 4]) / (1 / 4 + 1 + 4)
    expected = sum(s * v for s, v in zip(shares, values[1:], strict=True))
    np.testing.assert_allclose(load(out / "model.safetensors")["w"], expected, rtol=1e-6)
    # Settings come from the latest.
    assert json.loads((out / "trainer_state.json").read_text())["global_step"] == 100
    assert capsys.readouterr().out.count("step") == 3


def test_average_by_step_and_what_is_missing(tmp_path: Path) -> None:
    first = checkpoint(tmp_path / "a", 10, 1.0, noise(1, 3))
    second = save(tmp_path / "model-30.safetensors", {"w": noise(2, 3)})
    points = [read_point(first), read_point(second)]
    assert weights_of(points, "step", 1.0) == [0.25, 0.75]
    assert weights_of(points, "uniform", 1.0) == [0.5, 0.5]
    with pytest.raises(InputError, match="no loss"):
        weights_of(points, "loss", 1.0)


def test_average_along_git_history(tmp_path: Path) -> None:
    repository = tmp_path / "repository"

    def git(*args: str) -> None:
        subprocess.run(["git", "-C", str(repository), *args], check=True, capture_output=True)

    values = [noise(i, 6, scale=0.1) + 1 for i in range(3)]
    for step, value in enumerate(values, 1):
        if step > 1:
            (repository / "m" / "model.safetensors").unlink()
            (repository / "m" / "trainer_state.json").unlink()
            (repository / "m").rmdir()
        checkpoint(repository / "m", step, 1.0, value)
        if step == 1:
            git("init", "-q")
            git("config", "user.email", "a@b")
            git("config", "user.name", "a")
        git("add", ".")
        git("commit", "-q", "-m", str(step))
    whole, file = repository / "m", repository / "m" / "model.safetensors"
    for path, out in ((whole, tmp_path / "out"), (file, tmp_path / "o.safetensors")):
        assert main(["models", "average", "--git", str(path), "--last", "2", "--by", "step",
                     "--power", "1", "-o", str(out)]) == 0  # fmt: skip
        found = load(out / "model.safetensors" if out.is_dir() else out)["w"]
        np.testing.assert_allclose(found, 0.4 * values[1] + 0.6 * values[2], rtol=1e-6)


def test_assemble_takes_modules_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = {n: noise(i, 3, 3) for i, n in
            enumerate(("l.0.a.weight", "l.0.a.bias", "l.1.a.weight", "l.1.a.bias"))}  # fmt: skip
    one = {n: v + 1 for n, v in base.items()}
    two = {n: v + 2 for n, v in base.items()}
    two["l.1.a.weight"] = noise(9, 4, 3)
    paths = [save(tmp_path / n, m) for n, m in zip("xyz", (base, one, two), strict=True)]
    out = tmp_path / "out"

    def run(*takes: str) -> int:
        options = [part for take in takes for part in ("--take", take)]
        return main(["models", "assemble", "--base", str(paths[0]), *options, "-o", str(out)])

    assert run(f"l.*={paths[1]}", f"l.0.*={paths[2]}") == 0
    found = load(out)
    for name, values in found.items():
        assert (values == (two if name.startswith("l.0") else one)[name]).all()
    assert f"seam: l.0 ({paths[2]}) | l.1 ({paths[1]})" in capsys.readouterr().out
    before = out.read_bytes()
    assert run(f"l.1.*={paths[2]}") == 2  # another shape
    assert run(f"l.1.a.weight={paths[1]}") == 2  # a module cut in two
    assert run(f"x.*={paths[1]}") == 2  # nothing matches
    assert out.read_bytes() == before


BENCH = """
import json, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.params.samples import load
import numpy as np
for line in sys.stdin:
    asked = json.loads(line)
    w = load(Path(asked["model"]))["w"]
    found = {{t: float(np.exp(-abs(w[i] - 1).mean())) for i, t in enumerate("abc")}}
    if asked["part"] == "valid":
        found = {{t: found[t] for t in asked["tasks"]}}
    else:
        found["general"] = 1.0
    print(json.dumps(found), flush=True)
"""


def test_bench_measures_defaults_and_the_chosen_lambda(tmp_path: Path) -> None:
    script = tmp_path / "serve.py"
    script.write_text(BENCH.format(root=str(Path(__file__).parents[2])))
    base = np.zeros((3, 4), np.float32)
    save(tmp_path / "base.safetensors", {"w": base})
    for i, task in enumerate("abc"):
        expert = base.copy()
        # Twice as far as is best: half of every task vector is wanted.
        expert[i] = 2
        save(tmp_path / f"{task}.safetensors", {"w": expert})
    about = {
        "base": "base.safetensors", "experts": {t: f"{t}.safetensors" for t in "abc"},
        "evaluate": [sys.executable, str(script)], "general": "general",
    }  # fmt: skip
    (tmp_path / "bench.json").write_text(json.dumps(about))
    kept = tmp_path / "rows"
    rows = run_bench([tmp_path], ["task-arithmetic", "linear"], [2], partial(append_rows, kept))
    found = {(row.method, row.tuned): row for row in rows}
    assert found["task-arithmetic", False].normalised == pytest.approx(1.0)
    chosen = found["task-arithmetic", True]
    assert chosen.scale == 0.6
    assert chosen.normalised == pytest.approx(np.exp(-0.2) / np.exp(-1))
    assert chosen.others == 0.0
    assert found["task-arithmetic", False].megabytes > 0
    assert found["linear", True].normalised == pytest.approx(np.e)
    names = [line.split(" | ")[0] for line in table(rows)[2:6]]
    assert names == ["| `linear`", "| `task-arithmetic`", "| (base)", "| (one expert)"]
    again = run_bench([tmp_path], ["task-arithmetic"], [2], pytest.fail, read_rows(kept))
    assert table(again) == table(rows)
    with pytest.raises(InputError):
        open_bench(tmp_path / "none")
    # Half of each task vector is what weight .5 gives, too.
    half = run_bench([tmp_path], ["task-arithmetic:weight=0.5"], [2], lambda _: None)
    assert half[-2].method == "task-arithmetic:weight=0.5"
    assert half[-2].normalised == pytest.approx(np.e)
    with pytest.raises(UsageError, match="no merge method"):
        run_bench([tmp_path], ["ours"], [2], pytest.fail)


def test_bench_prints_and_plots_kept_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, plot = tmp_path / "rows", tmp_path / "plot.svg"
    append_rows(kept, [
        Row(f"seed-{seed}", count, name, tuned, 1.0, value + seed / 10 + count / 100, 0.5, 0.0, 1.0,
            0.1, 1.0)
        for seed in (0, 1) for count in (2, 4) for tuned in (False, True)
        for name, value in (("linear", 0.5), ("ties", 0.7), ("(base)", 0.3))
    ])  # fmt: skip
    assert main(["models", "bench", "--rows", str(kept), "--plot", str(plot)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:5]] == ["`ties`", "`linear`", "(base)"]
    assert lines[2].split("|")[2].strip() == "0.770 ± 0.050"
    assert "+0.200 ± 0.000" in lines[2]
    # Seeds lie .1 apart, but each gains the same over its own plain average.
    assert lines[-1] == ("At 4 experts, default settings, no data, over `linear`: "
                         "`ties` +0.200 ± 0.000, `linear` +0.000 ± 0.000.")  # fmt: skip
    drawn = ElementTree.parse(plot).getroot()
    assert len([e for e in drawn.iter() if e.tag.endswith("polyline")]) == 3
    assert main(["models", "bench"]) == 2
