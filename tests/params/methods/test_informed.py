"""Fisher and RegMean with statistics, against their formulas; and what happens without."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from mergeassist.cli.main import main
from tests.params.samples import load, noise, run, save


def test_fisher_weighs_every_element(tmp_path: Path) -> None:
    experts = [noise(i, 6, 5) for i in (1, 2, 3)]
    known = [np.abs(noise(10 + i, 6, 5)) for i in range(3)]
    paths = tuple(save(tmp_path / f"s{i}", {"w": f}) for i, f in enumerate(known))
    _, found = run(
        tmp_path, None, *({"w": e, "v": e[0]} for e in experts), method="fisher",
        statistics=paths, allow_unrelated=True, parameters={"weight": "1,2,1"},
    )  # fmt: skip
    importance = np.array([1, 2, 1])[:, None, None] * (np.array(known, np.float64) + 1e-6)
    expected = (importance * np.array(experts)).sum(0) / importance.sum(0)
    np.testing.assert_allclose(found["w"], expected, rtol=1e-5)
    np.testing.assert_allclose(found["v"], np.mean([e[0] for e in experts], 0), rtol=1e-5)


def test_regmean_reproduces_outputs_best(tmp_path: Path) -> None:
    inputs = [noise(i, 60, 5).astype(np.float64) * np.arange(1.0, 6) ** (i - 1) for i in range(3)]
    experts = [noise(20 + i, 7, 5) for i in range(3)]
    paths = tuple(
        save(tmp_path / f"s{i}", {"w": x.T @ x, "v": np.ones(3)}) for i, x in enumerate(inputs)
    )
    _, found = run(
        tmp_path, None, *({"w": e, "v": e[0]} for e in experts), method="regmean",
        statistics=paths, allow_unrelated=True, parameters={"shrink": 1},
    )  # fmt: skip
    # Least squares on all inputs and the outputs that each model gives to its own.
    outputs = [x @ e.T.astype(np.float64) for x, e in zip(inputs, experts, strict=True)]
    best = np.linalg.lstsq(np.vstack(inputs), np.vstack(outputs), rcond=None)[0].T
    np.testing.assert_allclose(found["w"], best, rtol=0, atol=1e-5)
    np.testing.assert_allclose(found["v"], np.mean([e[0] for e in experts], 0), rtol=1e-5)


def test_without_statistics_it_is_no_silent_mean(tmp_path: Path) -> None:
    ours, theirs = {"w": noise(1, 4, 4)}, {"w": noise(2, 4, 4)}
    one = save(tmp_path / "s", {"w": np.ones((4, 4), np.float32)})
    for files in ((), (one,)):
        report, found = run(
            tmp_path, None, ours, theirs, method="fisher", allow_unrelated=True, statistics=files
        )
        assert "fisher needs fisher statistics" in report.line
        assert not found


def test_regmean_shrinks_what_is_off_the_diagonal(tmp_path: Path) -> None:
    inputs = [noise(i, 60, 4) for i in range(2)]
    experts = [noise(20 + i, 3, 4) for i in range(2)]
    paths = tuple(save(tmp_path / f"s{i}", {"w": x.T @ x}) for i, x in enumerate(inputs))
    _, found = run(
        tmp_path, None, *({"w": e} for e in experts), method="regmean", statistics=paths,
        allow_unrelated=True, parameters={"shrink": 0.5},
    )  # fmt: skip
    grams = [x.T @ x for x in inputs]
    grams = [0.5 * g + 0.5 * np.diag(np.diag(g)) for g in grams]
    total = sum(e @ g for e, g in zip(experts, grams, strict=True))
    np.testing.assert_allclose(found["w"], total @ np.linalg.inv(sum(grams)), rtol=0, atol=1e-5)


def importance(model: Path, kind: str) -> dict[str, np.ndarray]:
    """Statistics as a user's function gives them: here the squares of the weights."""
    assert kind == "fisher"
    return {name: values.astype(np.float64) ** 2 for name, values in load(Path(model)).items()}


PROGRAM = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.params.methods.test_informed import importance
from tests.params.samples import save
model, kind, out = sys.argv[1:]
if out != "none":
    save(Path(out), {{n: v.astype("f4") for n, v in importance(Path(model), kind).items()}})
print("looked at", 3, "examples")
print(3)
"""


def test_a_function_or_a_program_makes_the_statistics(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = [noise(i, 6, 5) for i in (1, 2)]
    paths = [str(save(tmp_path / f"{i}.safetensors", {"w": w})) for i, w in enumerate(models)]
    script = tmp_path / "statistics.py"
    script.write_text(PROGRAM.format(root=str(Path(__file__).parents[3])))
    out = tmp_path / "out.safetensors"
    program = f"{sys.executable} {script} {{model}} {{kind}}"

    def merge(command: str, method: str = "fisher") -> int:
        return main(["models", "merge", *paths, "--method", method, "--statistics-from", command,
                     "--allow-unrelated", "-o", str(out)])  # fmt: skip

    a, b = (w.astype(np.float64) for w in models)
    expected = (a**3 + b**3 + 1e-6 * (a + b)) / (a**2 + b**2 + 2e-6)
    for command in (f"python:{__name__}:importance", program + " {statistics}"):
        assert merge(command) == 0
        np.testing.assert_allclose(load(out)["w"], expected, rtol=1e-5)
        # The statistics stay beside the merge, so that it can be derived again.
        assert main(["models", "verify", str(out)]) == 0
    capsys.readouterr()
    assert merge(program + " none") == 2
    assert "wrote no" in capsys.readouterr().err
    assert merge(f"python:{__name__}:importance", "linear") == 2
    assert "needs data" in capsys.readouterr().err
