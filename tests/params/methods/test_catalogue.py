"""The catalogue's claims, method by method."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mergeassist.params import methods
from mergeassist.params.methods import METHODS
from mergeassist.params.methods.catalogue import EQUAL, FACTS, MIRROR, ONE, table
from tests.params.methods.small import Model, models
from tests.params.samples import bf16, noise, run, save


def test_every_method_has_a_row() -> None:
    assert set(FACTS) == set(METHODS)
    assert len(table()) == len(METHODS) + 2


@pytest.fixture(scope="module")
def statistics(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, ...]]:
    """Fisher values and Gram matrices for two experts."""
    folder = tmp_path_factory.mktemp("statistics")
    base, _ = models(2)
    found: dict[str, list[Path]] = {"fisher": [], "gram": []}
    for i in range(2):
        values, grams = {}, {}
        for name, tensor in base.items():
            values[name] = np.abs(noise(70 + i, *tensor.shape))
            inputs = noise(80 + i, 40, tensor.size // len(tensor))
            grams[name] = inputs.T @ inputs
        found["fisher"].append(save(folder / f"fisher{i}.safetensors", values))
        found["gram"].append(save(folder / f"gram{i}.safetensors", grams))
    return {kind: tuple(paths) for kind, paths in found.items()}


def same(found: Model, expected: Model) -> bool:
    return all(np.allclose(found[n], v, rtol=0, atol=5e-6) for n, v in expected.items())


@pytest.mark.parametrize("method", METHODS)
def test_laws_are_those_that_hold(
    tmp_path: Path, method: str, statistics: dict[str, tuple[Path, ...]]
) -> None:
    base, (ours, theirs) = models(2)
    near = {n: v.copy() for n, v in ours.items()}
    for values in near.values():
        # Without this the plan would see equal sides and copy them.
        values.flat[0] = np.nextafter(values.flat[0], np.float32(9))
    known = statistics.get(METHODS[method].needs_data, ())

    def merge(a: Model, b: Model, *, swapped: bool = False) -> Model:
        # Ids come from contents, so they change places with the sides.
        order = slice(None, None, -1 if swapped else 1)
        report, found = run(
            tmp_path, base, a, b, method=method, every=True, allow_unrelated=True, seed=7,
            ids=("o", *("1", "2")[order]), statistics=known[order],
        )  # fmt: skip
        assert not report.refusals
        return found

    held = []
    if METHODS[method].needs_base and same(merge(ours, base), ours):
        held.append(ONE)
    if same(merge(ours, near), ours):
        held.append(EQUAL)
    if same(merge(ours, theirs), merge(theirs, ours, swapped=True)):
        held.append(MIRROR)
    assert tuple(held) == FACTS[method].laws


def blockwise() -> Iterator[str]:
    yield from (name for name, m in METHODS.items() if not m.needs_data)


@pytest.mark.parametrize("method", list(blockwise()))
def test_no_result_depends_on_the_block_size(tmp_path: Path, method: str) -> None:
    made = [{"w": bf16(noise(i, 30, 43, scale=0.3)), "v": bf16(noise(i + 9, 50))} for i in range(3)]
    answers = []
    for size in (7, 1 << 15):
        report, found = run(
            tmp_path, *made, method=method, seed=5, allow_unrelated=True, chunk=size
        )
        assert not report.refusals, report.line
        answers.append(found["w"].tobytes() + found["v"].tobytes())
    assert answers[0] == answers[1]


def test_methods_with_data_say_which() -> None:
    assert {m.needs_data for m in METHODS.values()} == {"", "fisher", "gram"}
    assert methods.method_named("fisher").needs_base is False


@pytest.mark.parametrize("method", ["iso-c", "wudi", "widen"])
def test_a_nan_that_the_guards_did_not_sample_is_refused(tmp_path: Path, method: str) -> None:
    base, ours, theirs = ({"w": noise(i, 300, 300)} for i in range(3))
    theirs["w"].flat[5000] = np.nan
    report, found = run(tmp_path, base, ours, theirs, method=method, allow_unrelated=True)
    assert report.refusals == ("w: NaN or infinity in theirs",)
    assert not found
