"""CPU seconds, memory and GB per CPU second of every merge method, beside mergekit if you have it.

    python -m benchmarks.methods [--folder DIR] [--gigabytes 0.3] [--methods ties,sce]
                                 [--mergekit PATH_TO_MERGEKIT_YAML]

The same synthetic llama-shaped bf16 checkpoints as `benchmarks/params.py` (base, two experts), a
fresh process a merge, start-up included.  Methods that need data are left out.  Those that hold
whole tensors (singular values, gradient descent) are run on one attention block only, because
a singular value decomposition of an embedding takes minutes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.params import make, measure
from mergeassist.params.formats import safetensors
from mergeassist.params.methods import METHODS
from mergeassist.params.tensors import Layout, Output

# Ours to mergekit's name and its parameters.
SHARED: dict[str, tuple[str, dict[str, float]]] = {
    "linear": ("linear", {"weight": 1}),
    "task-arithmetic": ("task_arithmetic", {"weight": 1}),
    "ties": ("ties", {"weight": 1, "density": 0.2}),
    "dare": ("dare_linear", {"weight": 1, "density": 0.2}),
    "dare-ties": ("dare_ties", {"weight": 1, "density": 0.2}),
    "della": ("della", {"weight": 1, "density": 0.4, "epsilon": 0.1}),
    "breadcrumbs": ("breadcrumbs", {"weight": 1, "density": 0.8, "gamma": 0.01}),
    "ram": ("ram", {}),
    "ram-plus": ("ramplus_tl", {}),
    "sce": ("sce", {}),
    "slerp": ("slerp", {"t": 0.5}),
    "nuslerp": ("nuslerp", {"weight": 1}),
    "multi-slerp": ("multislerp", {"weight": 1}),
    "karcher": ("karcher", {}),
    "model-stock": ("model_stock", {}),
}
OURS = ("density", "epsilon", "gamma", "t")
BLOCK = ".layers.0.self_attn."


def commands(name: str, folder: Path, out: Path) -> list[str]:
    """Our command line."""
    files = {side: str(folder / side / "model.safetensors") for side in ("base", "ours", "theirs")}
    command = [sys.executable, "-m", "mergeassist", "models", "merge", "-o", str(out),
               "--method", name, "--ours", files["ours"], "--theirs", files["theirs"]]  # fmt: skip
    if METHODS[name].needs_base:
        command += ["--base", files["base"]]
    given = SHARED.get(name, ("", {}))[1]
    return command + [f"--set={key}={value}" for key, value in given.items() if key in OURS]


def recipe(name: str, folder: Path) -> str:
    """The same merge for mergekit, as JSON (which is YAML)."""
    method, parameters = SHARED[name]
    models = [{"model": str(folder / side), "parameters": parameters}
              for side in ("ours", "theirs")]  # fmt: skip
    found: dict[str, object] = {"merge_method": method, "models": models, "dtype": "bfloat16"}
    if METHODS[name].needs_base or method == "slerp":
        found["base_model"] = str(folder / ("ours" if method == "slerp" else "base"))
    if method == "slerp":
        found["parameters"] = {"t": 0.5}
    return json.dumps(found)


def _once(raw: npt.NDArray[np.uint8]) -> Iterator[npt.NDArray[np.uint8]]:
    yield raw


def block_of(folder: Path, small: Path) -> None:
    """One attention block of each checkpoint, for methods that hold whole tensors."""
    for side in ("base", "ours", "theirs"):
        opened = safetensors.open_checkpoint(folder / side / "model.safetensors")
        outputs = {
            name: Output(tensor, partial(_once, opened.raw(name)))
            for name, tensor in opened.tensors.items() if BLOCK in name
        }  # fmt: skip
        (small / side).mkdir(parents=True, exist_ok=True)
        with (small / side / "model.safetensors").open("wb") as handle:
            for block in safetensors.stream(Layout((), {}, outputs)):
                handle.write(block)


def size_of(folder: Path, sides: int) -> float:
    """GB of input."""
    return sides * (folder / "base" / "model.safetensors").stat().st_size / 1e9


def main() -> None:
    """Parse, make the files, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, help="keep the checkpoints here and use them again")
    parser.add_argument("--gigabytes", type=float, default=0.3)
    parser.add_argument("--methods", help="default: all")
    parser.add_argument("--mergekit", help="path of mergekit-yaml")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="mergeassist-methods-"))
    names = args.methods.split(",") if args.methods else list(METHODS)
    try:
        if not (folder / "theirs" / "model.safetensors").exists():
            make(folder, args.gigabytes)
        block_of(folder, folder / "block")
        print(f"{'method':21}{'program':13}{'input GB':>9}{'CPU s':>8}{'GB/CPU s':>10}{'MB':>7}")
        for name in (n for n in names if not METHODS[n].needs_data):
            place = folder / "block" if METHODS[name].whole else folder
            size = size_of(place, 3 if METHODS[name].needs_base else 2)
            rows = [("mergeassist", measure(commands(name, place, folder / "out.safetensors")))]
            (folder / "out.safetensors").unlink()
            if args.mergekit and name in SHARED and place == folder:
                (folder / "recipe.yml").write_text(recipe(name, folder))
                command = [args.mergekit, str(folder / "recipe.yml"), str(folder / "out-mergekit")]
                rows.append(("mergekit", measure(command)))
                shutil.rmtree(folder / "out-mergekit")
            for program, row in rows:
                print(f"{name:21}{program:13}{size:9.2f}{row['cpu']:8.2f}"
                      f"{size / row['cpu']:10.3f}{row['private_mb']:7.0f}", flush=True)
    finally:
        if args.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
