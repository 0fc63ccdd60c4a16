"""The exported graph says what the shipped weights say, and the other runtimes with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mergeassist.app import bench
from mergeassist.errors import InputError
from mergeassist.judge.evidence import FileView
from mergeassist.judge.model import Judge, shipped_folder
from mergeassist.propose.generate import propose_file


@pytest.fixture(scope="module")
def folder() -> Path:
    found = shipped_folder()
    assert found is not None
    return found


@pytest.mark.parametrize("runtime", ["onnx", "torch"])
def test_probabilities_are_those_of_numpy(folder: Path, runtime: str) -> None:
    pytest.importorskip(bench.NEEDS[runtime])
    judges = [Judge(folder, name) for name in ("numpy", runtime)]
    counts = set()
    for merged, context in bench._files():
        views, offered = FileView(merged, context).conflicts(), propose_file(merged, context)
        for view, proposals in zip(views, offered, strict=True):
            one, other = (judge.judge(view, proposals).ranked for judge in judges)
            said = {proposal.text: proposal.probability for proposal in other}
            for proposal in one:
                assert said[proposal.text] == pytest.approx(proposal.probability, abs=1e-3)
            counts.add(len(proposals))
    assert len(counts) > 2  # the graph takes any number of candidates
    for a, b in zip(judges[0].runtime.means(), judges[1].runtime.means(), strict=True):
        assert np.array_equal(a, b)


def test_a_folder_without_a_graph_is_one_clear_line(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    from mergeassist.judge.runtime_onnx import load

    with pytest.raises(InputError, match=r"model\.onnx: is not there"):
        load(tmp_path, {})
    (tmp_path / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(InputError, match="unreadable"):
        load(tmp_path, {})


def test_a_network_that_reads_text_can_be_exported_too(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnxruntime")
    pytest.importorskip("lightgbm")
    pytest.importorskip("onnx")
    from mergeassist.judge.encode import Encoded
    from mergeassist.judge.network import JudgeNetwork, NetworkConfig
    from mergeassist.judge.runtime_onnx import load
    from mergeassist.judge.runtime_torch import TorchRuntime
    from training.export import export_onnx

    torch.manual_seed(0)
    config = NetworkConfig(50, 7, 5, width=16, layers=1, heads=2, inner=24, head_width=12)
    network = JudgeNetwork(config).eval()
    export_onnx(network, tmp_path / "model.onnx")
    exported, plain = load(tmp_path, {}), TorchRuntime(network, torch.device("cpu"))
    generator = np.random.default_rng(0)
    for tokens, candidates in ((1, 1), (9, 3), (40, 14)):
        encoded = Encoded(
            generator.integers(1, 50, tokens), generator.integers(0, 10, tokens),
            generator.integers(0, 3, (candidates, tokens)),
        )  # fmt: skip
        arrays = [generator.normal(size=s).astype(np.float32) for s in (7, (candidates, 5))]
        found, expected = (one.scores(encoded, *arrays) for one in (exported, plain))
        assert found.shape == (1 + candidates,)
        assert np.allclose(found, expected, atol=1e-4)
