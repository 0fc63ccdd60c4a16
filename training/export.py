"""A finished run as a shipped model: config.json, model.safetensors (half precision).

python -m training.export training/out/data training/out/run models/judge
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import lightgbm
import torch
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import save_file

from mergeassist.judge.trees import flatten
from training.calibrate import load_network
from training.data import load_schema


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--trees", type=Path, help="LightGBM's trees.txt, shipped as arrays")
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
    if args.trees:
        booster = lightgbm.Booster(model_file=str(args.trees))
        save_arrays(flatten(booster.dump_model()), args.model / "trees.safetensors")
    parameters = sum(p.numel() for p in network.parameters())
    size = sum(f.stat().st_size for f in args.model.rglob("*") if f.is_file())
    print(f"{args.model}: {parameters:,} parameters, {size / 1e6:.1f} MB in all")


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
