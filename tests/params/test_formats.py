"""Every format: read, merge, write, and read again with its own library where there is one."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from mergeassist.errors import UsageError
from mergeassist.params.formats import find_format, open_checkpoint
from mergeassist.params.merge import Request, merge, verify
from mergeassist.params.policy import Policy, spec
from tests.params.attacks.corpus import gguf, gguf_info
from tests.params.samples import load, noise, save

W = noise(0, 6, 8)
A, B = W + noise(1, 6, 8, scale=0.01), W + noise(2, 6, 8, scale=0.01)


def merged(base: Path, ours: Path, theirs: Path, out: Path, method: str = "ram") -> Path:
    request = Request(base, (ours, theirs), Policy(spec(method)))
    report = merge(request, out)
    assert not report.refusals, report.refusals
    assert not verify(request, out).refusals
    return out


def test_text_and_unknown_binaries_are_no_checkpoints(tmp_path: Path) -> None:
    for content in (b"", b"hello, world\n", b'{"a": 1}\n' * 9, bytes(100), b"\x7fELF" + bytes(60),
                    b"PK\3\4" + bytes(60), bytes(range(256)) * 4):  # fmt: skip
        path = tmp_path / "x"
        path.write_bytes(content)
        assert find_format(path) is None


def test_own_reader_agrees_with_safetensors(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    arrays = {"a": W, "b": np.arange(5), "c": np.array(3, np.float32), "d": np.empty((0, 4))}
    library.save_file(arrays, str(tmp_path / "x"), metadata={"format": "pt"})
    found = open_checkpoint(tmp_path / "x")
    for name, array in arrays.items():
        assert found.raw(name).tobytes() == array.tobytes()
        assert found.tensors[name].shape == array.shape
    sides = zip("oab", (W, A, B), strict=True)
    files = [save(tmp_path / name, {"a": value, "b": W}) for name, value in sides]
    out = merged(*files, tmp_path / "out")
    assert set(library.load_file(str(out))) == {"a", "b"}


@pytest.mark.parametrize("pack", [np.savez, np.savez_compressed])
def test_npz(tmp_path: Path, pack: object) -> None:
    paths = []
    for name, value in zip("oab", (W, A, B), strict=True):
        paths.append(tmp_path / f"{name}.npz")
        pack(paths[-1], w=value, f=np.asfortranarray(value[:3]), n=np.arange(3), s=np.float64(1))
    out = merged(*paths, tmp_path / "out.npz")
    found = np.load(out)
    np.testing.assert_allclose(found["w"], (A + B) / 2, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found["f"], (A[:3] + B[:3]) / 2, rtol=1e-6, atol=1e-8)
    assert found["s"].shape == ()
    assert (out.stat().st_size < 1000) == (paths[0].stat().st_size < 1000)


def test_gguf(tmp_path: Path) -> None:
    def write(path: Path, values: np.ndarray, note: bytes, blocks: bytes) -> Path:
        pair = struct.pack("<Q", 4) + b"name" + struct.pack("<IQ", 8, len(note)) + note
        infos = gguf_info(b"w", [8, 6], 0, 0) + gguf_info(b"q", [32], 2, 192)
        head = gguf(2, 1, pair + infos)
        head += bytes(-len(head) % 32)
        path.write_bytes(head + values.tobytes() + blocks + bytes(-len(blocks) % 32))
        return path

    same, other = bytes(18), bytes(range(18))
    base = write(tmp_path / "o", W, b"first", same)
    ours = write(tmp_path / "a", A, b"second", same)
    theirs = write(tmp_path / "b", B, b"first", other)
    out = open_checkpoint(merged(base, ours, theirs, tmp_path / "out"))
    assert out.tensors["w"].shape == (6, 8)
    assert out.raw("q").tobytes() == other
    assert b"second" in out.extras["name"]
    found = out.raw("w").view(np.float32)
    np.testing.assert_allclose(found, (A + B).ravel() / 2, rtol=1e-6, atol=1e-8)
    write(ours, A, b"second", bytes(range(1, 19)))
    report = merge(Request(base, (ours, theirs), Policy(spec("ties"))), tmp_path / "no")
    assert "q: both sides changed it, and Q4_0 cannot be averaged" in report.line


def test_shards_index_and_settings(tmp_path: Path) -> None:
    for side, first, second in (("o", W, W), ("a", A, W), ("b", B, B)):
        folder = tmp_path / side
        folder.mkdir()
        save(folder / "model-1.safetensors", {"x": first})
        save(folder / "model-2.safetensors", {"y": second})
        shards = {"x": "model-1.safetensors", "y": "model-2.safetensors"}
        index = {"metadata": {"total_size": 0}, "weight_map": shards}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
        config = {"a": 1, "side": "a" if side == "a" else "o"}
        (folder / "config.json").write_text(json.dumps(config))
    out = merged(tmp_path / "o", tmp_path / "a", tmp_path / "b", tmp_path / "out")
    assert (load(out / "model-2.safetensors")["y"] == B).all()
    assert json.loads((out / "config.json").read_text()) == {"a": 1, "side": "a"}
    assert open_checkpoint(out).tensors.keys() == {"x", "y"}
    with pytest.raises(UsageError, match="exists"):
        merged(tmp_path / "o", tmp_path / "a", tmp_path / "b", out)


def test_torch_nested_views_ties_and_scalars(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")

    arguments = {"lr": 1e-3, "names": ["a", "b"], "none": None, "big": 1 << 70, "set": {1, 2}}

    def write(name: str, value: np.ndarray, epoch: int, **more: object) -> Path:
        weight = torch.tensor(value)
        linear = torch.nn.Linear(8, 6)
        linear.weight.data = weight.clone()
        linear.bias.data.zero_()
        content = {
            "model": linear.state_dict(), "tied": [weight, weight.t()], "row": weight[1],
            "parameter": torch.nn.Parameter(weight.clone().bfloat16()), "epoch": epoch,
            "optimizer": {"state": {0: {"exp_avg": weight.clone() * 2, "step": torch.tensor(1.0)}},
                          "param_groups": [{"lr": 0.1, "params": [0]}]},
            "args": dict(arguments), **more,
        }  # fmt: skip
        torch.save(content, tmp_path / name)
        return tmp_path / name

    out = merged(write("o", W, 1), write("a", A, 5), write("b", B, 3, extra=torch.ones(2)),
                 tmp_path / "out")  # fmt: skip
    found = torch.load(out, weights_only=True)
    mean = (A + B) / 2
    np.testing.assert_allclose(found["model"]["weight"].numpy(), mean, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found["tied"][1].numpy(), mean.T, rtol=1e-6, atol=1e-8)
    assert found["tied"][0].data_ptr() == found["tied"][1].data_ptr()
    assert found["row"].data_ptr() == found["tied"][0][1].data_ptr()
    assert found["epoch"] == 5
    assert found["args"] == arguments
    assert found["extra"].tolist() == [1, 1]
    assert isinstance(found["parameter"], torch.nn.Parameter)
    assert (found["optimizer"]["state"][0]["exp_avg"].numpy() == A * 2).all()
    assert found["model"]._metadata[""] == {"version": 1}


def test_torch_reuses_ours_pickle_where_the_structure_is_ours(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    zipfile = pytest.importorskip("zipfile")
    for name, value in zip("oab", (W, A, B), strict=True):
        torch.save({"w": torch.tensor(value), "v": torch.tensor(W)}, tmp_path / name)
    out = merged(*(tmp_path / name for name in "oab"), tmp_path / "out")
    with zipfile.ZipFile(out) as left, zipfile.ZipFile(tmp_path / "a") as right:
        assert left.testzip() is None
        assert [i.filename.split("/", 1)[1] for i in left.infolist()] == [
            i.filename.split("/", 1)[1] for i in right.infolist()
        ]
        assert left.read("a/data.pkl") == right.read("a/data.pkl")
    torch.load(out, mmap=True, weights_only=True)


@pytest.mark.parametrize("external", [False, True])
def test_onnx(tmp_path: Path, external: bool) -> None:
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    def write(side: str, value: np.ndarray) -> Path:
        (tmp_path / side).mkdir(exist_ok=True)
        values = [numpy_helper.from_array(value, "w"), numpy_helper.from_array(np.arange(3), "n"),
                  helper.make_tensor("f", TensorProto.FLOAT, [6, 8],
                                     value.ravel().tolist())]  # fmt: skip
        node = helper.make_node("MatMul", ["x", "w"], ["y"])
        graph = helper.make_graph(
            [node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 6])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 8])], values,
        )  # fmt: skip
        path = tmp_path / side / "m.onnx"
        onnx.save(helper.make_model(graph), path, save_as_external_data=external,
                  location="m.data", size_threshold=16)  # fmt: skip
        return path

    paths = [write(side, value) for side, value in zip("oab", (W, A, B), strict=True)]
    (tmp_path / "out").mkdir()
    out = merged(*paths, tmp_path / "out" / "m.onnx")
    model = onnx.load(out)
    onnx.checker.check_model(model)
    arrays = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    for name in ("w", "f"):
        np.testing.assert_allclose(arrays[name], (A + B) / 2, rtol=1e-6, atol=1e-8)
