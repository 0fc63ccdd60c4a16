"""The merge benchmark's models: made in small, evaluated, merged, explained; the axes' table."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mergeassist.params.bench import Row, run_bench  # noqa: E402
from training import (  # noqa: E402
    mergebench,
    mergebench_axes,
    mergebench_reasons,
    mergebench_regmean,
    mergebench_studies,
)
from training.mergebench_tasks import GENERAL  # noqa: E402

TASKS = ("csharp", "xml", "javascript", "go")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, list[list[str]]]]:
    """Languages of ten words each that follow one another; little is trained and evaluated."""
    monkeypatch.setattr(mergebench, "TASKS", TASKS)
    monkeypatch.setattr(mergebench, "SIZES", {"train": 60, "valid": 12, "test": 12})
    monkeypatch.setattr(mergebench, "STATISTICS", 6)
    lot = random.Random(0)
    found = {}
    for language in (GENERAL, *TASKS):
        words = [f"{language}{i}" for i in range(10)]
        start = [lot.randrange(10) for _ in range(6)]
        texts = [[words[(at + i) % 10] for i in range(200)] for at in start]
        found[language] = {"train": texts[:4], "valid": texts[4:5], "test": texts[5:]}
    return found


def test_bench_of_trained_models(parts: dict, tmp_path: Path) -> None:
    said: list[str] = []
    make = partial(mergebench.make_seed, seed=0, size=0, rate=1e-2, parts=parts, log=said.append)
    folder = mergebench.folder_of(tmp_path, 0, 0)
    make(folder, steps=(40, 150))
    assert len(said) == len(TASKS)
    early = mergebench.folder_of(tmp_path, 0, 0, 20)
    assert (folder.name, early.name) == ("seed-0-width-32", "seed-0-width-32-base-20")
    checkpoint = folder / "run" / "checkpoint-20"
    make(early, steps=(20, 5), early=checkpoint)
    same = (early / "base.safetensors").read_bytes()
    assert same == (checkpoint / "model.safetensors").read_bytes()
    assert same != (folder / "base.safetensors").read_bytes()

    rows = run_bench([folder], ["linear", "task-arithmetic", "regmean"], [4], lambda _: None)
    found = {row.method: row.normalised for row in rows if not row.tuned}
    assert found["(base)"] < found["linear"]
    bench = mergebench_reasons.Bench(folder, 4)
    assert bench.worth(bench.mean) == pytest.approx(found["linear"])
    total = bench.merged("task-arithmetic")
    assert bench.worth(total) == pytest.approx(found["task-arithmetic"])
    # The sum is four times the mean: same direction, and the same merge at the same length.
    cells = [f"{view.figure(bench, total):.3f}" for view in mergebench_reasons.VIEWS[:5]]
    plain = f"{found['linear']:.3f}"
    assert cells == [f"{found['task-arithmetic']:.3f}", "4.000", "1.000", plain, plain]
    lines = list(mergebench_reasons.table([bench], ["regmean"]))
    assert lines[2].startswith(f"| averaging | {plain} |")
    assert lines[3].startswith(f"| `regmean` | {found['regmean']:.3f} |")

    study = mergebench_regmean.Study(folder, TASKS, 2)
    # The first draw of the masks is the bench's; without a layer to solve RegMean is averaging.
    assert study.worths(study.solved(study.known))[0] == pytest.approx(found["regmean"])
    assert study.gains(study.solved(study.known, only=("none",))) == [0.0, 0.0]
    assert study.gains(study.base) != [0.0, 0.0]
    lines = list(mergebench_regmean.of_each([study]))
    assert [line.split(" | ")[1] for line in lines[2:6]] == list(TASKS)


def test_sets_of_languages_with_and_without_the_odd_one() -> None:
    assert mergebench_regmean.with_or_without(TASKS) == ("csharp", "markdown", "javascript", "go")
    assert mergebench_regmean.with_or_without(("go", "java", "c")) == ("go", "java", "xml")


def test_volumes_of_fronts_and_the_grids_beside_them() -> None:
    line, box = mergebench_studies.grids(2)
    assert (len(line), len(box)) == (101, 121)
    points, cube = mergebench_studies.grids(3)
    assert (len(points), len(cube)) == (105, 125)
    assert all(sum(weights) == pytest.approx(1) for weights in (*line, *points))
    lot = np.random.default_rng(0)
    for size in (2, 3):
        values, worst = lot.uniform(0, 1, (6, size)), np.full(size, 0.1)
        places = lot.uniform(0.1, 1, (200_000, size))
        share = (places[:, None, :] <= values[None]).all(2).any(1).mean() * 0.9**size
        assert mergebench_studies.volume(values, worst) == pytest.approx(share, abs=5e-3)


def rows_of(folder: str, values: dict[str, float]) -> list[Row]:
    return [
        Row(folder, 4, name, tuned, 1.0, value + 0.1 * tuned * (name == "ties"), 0.5, 0.0, 1.0, 0.1,
            1.0)
        for name, value in values.items() for tuned in (False, True)
    ]  # fmt: skip


def test_axes_are_read_off_the_folders_names() -> None:
    rows = [
        *rows_of("seed-0", {"(base)": 0.5, "linear": 0.6, "ties": 0.7}),
        *rows_of("seed-1", {"(base)": 0.5, "linear": 0.56, "ties": 0.7}),
        *rows_of("seed-0-base-600", {"(base)": 0.4, "linear": 0.5, "ties": 0.3}),
        *rows_of("seed-0-base-150", {"(base)": 0.1, "linear": 0.2, "ties": 0.25}),
        *rows_of("seed-0-width-128", {"(base)": 0.6, "linear": 0.7, "ties": 0.75}),
    ]
    lines = [[cell.strip() for cell in line.strip("| ").split(" | ")]
             for line in mergebench_axes.table(rows)]  # fmt: skip
    assert lines[0] == ["method", "64 wide, base at step 150", "64 wide, base at step 600",
                        "64 wide, base trained", "128 wide, base trained"]  # fmt: skip
    assert lines[2] == ["`ties`", "+0.050, +0.150", "-0.200, -0.100", "+0.120 ± 0.020, +0.220 ± "
                        "0.020", "+0.050, +0.150"]  # fmt: skip
    assert lines[3] == ["`linear`, accuracy", "0.200", "0.500", "0.580 ± 0.020", "0.700"]
    assert lines[4] == ["(base), accuracy", "0.100", "0.400", "0.500 ± 0.000", "0.600"]
    assert lines[5][1:] == ["+0.150 (`ties`)", "+0.000 (`linear`)", "+0.220 ± 0.020 (`ties`)",
                            "+0.150 (`ties`)"]  # fmt: skip
    steps, widths = mergebench_axes.axes(rows)
    titles = ["150", "600", "trained"]
    drawn = ElementTree.fromstring(mergebench_axes.draw(rows, steps, titles))
    texts = [e.text for e in drawn.iter() if e.tag.endswith("text")]
    assert texts[4:7] == titles
    assert [s.width for s in widths] == [64, 128]
