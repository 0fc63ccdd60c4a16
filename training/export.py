"""A finished run as a shipped model: config.json, model.safetensors (half precision), model.onnx.

    python -m training.export training/out/data training/out/run models/judge

`python -m training.export --onnx models/judge` writes the last one anew from the first two.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from pathlib import Path

import lightgbm
import torch
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from mergeassist.judge.network import JudgeNetwork, NetworkConfig
from mergeassist.judge.trees import averaged, flatten
from training.calibrate import load_network
from training.data import load_schema


class _OneConflict(nn.Module):
    """The network without the batch dimension, as `runtime_onnx` calls it."""

    def __init__(self, network: JudgeNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, ids: Tensor, presence: Tensor, marks: Tensor, conflict: Tensor, candidate: Tensor
    ) -> Tensor:
        batch = (part[None] for part in (ids, presence, marks, conflict, candidate))
        return self.network(*batch)[0]  # type: ignore[no-any-return]


def export_onnx(network: JudgeNetwork, path: Path, length: int = 24, candidates: int = 5) -> None:
    """Write the network for one conflict in fp32; any number of tokens and candidates.

    Inputs: ids and presence (tokens,), marks (candidates, tokens), conflict (F,), candidate
    (candidates, G), the first three only where the network reads text.  Output: scores
    (1 + candidates,).  `length` and `candidates` are those of the example that is traced.
    """
    config = network.config
    example = (
        torch.ones(length, dtype=torch.int64),
        torch.ones(length, dtype=torch.int64),
        torch.zeros(candidates, length, dtype=torch.int64),
        torch.zeros(config.conflict),
        torch.zeros(candidates, config.candidate),
    )
    tokens, count = {0: "tokens"}, {0: "candidates"}
    axes = {
        "ids": tokens, "presence": tokens, "marks": {0: "candidates", 1: "tokens"},
        "candidate": count, "scores": {0: "answers"},
    }  # fmt: skip
    names = ["ids", "presence", "marks", "conflict", "candidate"]
    with warnings.catch_warnings():
        # the exporter that needs no onnxscript announces its end
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _OneConflict(network.float().eval()), example, str(path), input_names=names,
            output_names=["scores"], dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip


def shipped_network(folder: Path) -> JudgeNetwork:
    """The network of a shipped folder in fp32."""
    config = json.loads((folder / "config.json").read_text("utf-8"))["network"]
    network = JudgeNetwork(NetworkConfig(**config))
    weights = load_file(folder / "model.safetensors")
    network.load_state_dict(
        {name.removeprefix("judge."): value.float() for name, value in weights.items()}
    )
    return network


def main() -> None:
    if sys.argv[1:2] == ["--onnx"]:
        folder = Path(sys.argv[2])
        export_onnx(shipped_network(folder), folder / "model.onnx")
        print(f"{folder}/model.onnx: {(folder / 'model.onnx').stat().st_size:,} bytes")
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument(
        "--trees", type=Path, nargs="+", help="LightGBM's trees.txt, averaged and shipped as arrays"
    )
    args = parser.parse_args()
    network = load_network(args.run)
    weights = {
        # scales of evidence columns overflow or lose their meaning in half precision
        f"judge.{name}": (
            value if name.endswith(("_mean", "_scale")) else value.half()
        ).contiguous()
        for name, value in network.state_dict().items()
    }
    args.model.mkdir(parents=True, exist_ok=True)
    save_file(weights, args.model / "model.safetensors", metadata={"format": "pt"})
    config = {
        "model_type": "mergeassist-judge",
        "architectures": ["JudgeForSequenceClassification"],
        "network": network.config.as_dict(),
        "schema": {k: list(v) for k, v in load_schema(args.data / "train")._asdict().items()},
    }
    (args.model / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    export_onnx(shipped_network(args.model), args.model / "model.onnx")
    if args.trees:
        boosters = [lightgbm.Booster(model_file=str(path)) for path in args.trees]
        forests = [flatten(booster.dump_model()) for booster in boosters]
        save_arrays(averaged(forests), args.model / "trees.safetensors")
    parameters = sum(p.numel() for p in network.parameters())
    size = sum(f.stat().st_size for f in args.model.rglob("*") if f.is_file())
    print(f"{args.model}: {parameters:,} parameters, {size / 1e6:.1f} MB in all")


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
