"""The dot products behind the methods of angles, and the weighted sums that follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mergeassist.params.execute import STATISTICS_CHUNK
from mergeassist.params.methods.base import Block, Blocks
from mergeassist.params.methods.spherical import LANES, gram, sum_of_task_vectors
from tests.params.methods.small import merged
from tests.params.samples import noise


def blocks_of(base: np.ndarray, experts: list[np.ndarray]) -> Blocks:
    """The statistics blocks that `execute` makes of one tensor."""

    def blocks(every: int) -> Iterator[Block]:
        size = min(base.size, STATISTICS_CHUNK)
        block = Block(len(experts), size, np.float32)
        for at in range(0, base.size, size * every):
            block.resize(at, min(size, base.size - at))
            block.base[:] = base[at : at + block.size]
            for row, expert in zip(block.experts, experts, strict=True):
                row[:] = expert[at : at + block.size]
            yield block

    return blocks


@pytest.mark.parametrize("size", [1, LANES, 3 * LANES, STATISTICS_CHUNK, STATISTICS_CHUNK + 777])
@pytest.mark.parametrize("task_vectors", [True, False])
def test_dot_products_are_those_of_float64(size: int, task_vectors: bool) -> None:
    base, *experts = (noise(i, size) for i in range(4))
    vectors = [(e - base if task_vectors else e).astype(np.float64) for e in experts]
    found = gram(blocks_of(base, experts), size, task_vectors=task_vectors)
    longest = max(float(v @ v) for v in vectors)
    np.testing.assert_allclose(found, np.array(vectors) @ np.array(vectors).T, atol=2e-6 * longest)
    assert (found == found.T).all()


@pytest.mark.parametrize("factors", [(0.25, 0.25, 0.25), (0.5, 0.1, -0.3)])
def test_weighted_sums_of_task_vectors(factors: tuple[float, ...]) -> None:
    base, *experts = (noise(i, 50) for i in range(4))
    block = next(iter(blocks_of(base, experts)(1)))
    block.state = factors
    sum_of_task_vectors(block, {})
    taus = [e.astype(np.float64) - base for e in experts]
    expected = base + sum(f * t for f, t in zip(factors, taus, strict=True))
    np.testing.assert_allclose(block.out, expected, rtol=1e-6, atol=1e-7)


def test_model_stock_takes_what_all_models_agree_on(tmp_path: Path) -> None:
    base = {"w": noise(0, 40, 50)}
    tuned = {"w": base["w"] + noise(1, 40, 50, scale=0.1)}
    # Task vectors that are alike are kept in full, to the bit where base and delta are.
    assert (merged(tmp_path, "model-stock", base, [tuned, tuned])["w"] == tuned["w"]).mean() > 0.9
    turned = {"w": 2 * base["w"] - tuned["w"]}
    found = merged(tmp_path, "model-stock", base, [tuned, turned])["w"]
    np.testing.assert_allclose(found, base["w"], atol=1e-6)
