"""CPU seconds, memory and GB per CPU second of every merge method, beside mergekit if you have it.

    python -m benchmarks.methods [--folder DIR] [--layers 1] [--methods ties,sce] [--repeats 1]
                                 [--mergekit PATH_TO_MERGEKITS_PYTHON] [--process]

Synthetic llama-shaped bf16 checkpoints (base, two experts; 0.12 GB each with one layer), read once
before.  Both programs open the same files, merge on one thread, and write safetensors.  CPU seconds
(user and system, all threads) are those of a merge alone, after a small one by the same method:
neither we (0.3 s) nor mergekit (7 s) pay for the start.  For us a fresh process a method, so that
memory is its own; for mergekit one for all.  We sync the file, mergekit leaves that to the kernel.
With `--process` they are those of the whole command on both sides (mergekit with two threads, as
`benchmarks/params.py`), start-up included: what a user pays.

Methods that need data are left out.  Those that need singular values or descent are run on one
attention block only, because a singular value decomposition of an embedding takes minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt

from benchmarks.params import HIDDEN, LAYER, MERGE, measure, warm, write_model
from mergeassist.params.formats import safetensors
from mergeassist.params.merge import Request, merge
from mergeassist.params.methods import METHODS
from mergeassist.params.policy import Policy, spec
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
    "important-only": ("arcee_fusion", {}),
}
# Take part in the comparison though they hold whole tensors.
FULL = ("della", "important-only")
VOCABULARY = 4096
OURS = ("density", "epsilon", "gamma", "t")
BLOCK = ".layers.0.self_attn."


def request(name: str, folder: Path) -> Request:
    """Our merge."""
    base, *sides = (folder / side / "model.safetensors" for side in ("base", "ours", "theirs"))
    given = {k: v for k, v in SHARED.get(name, ("", {}))[1].items() if k in OURS}
    if name == "important-only":
        # mergekit's takes one model beside the base.
        sides = sides[1:]
    return Request(base if METHODS[name].needs_base else None, tuple(sides),
                   Policy(spec(name, given)), every=True)  # fmt: skip


def inside(name: str, folder: Path, place: Path) -> None:
    """Merge in `place` after warming up on one block; CPU seconds to `folder`/cpu."""
    out = folder / "out.safetensors"
    merge(request(name, folder / "block"), out)
    started = time.process_time()
    report = merge(request(name, place), out)
    cpu = time.process_time() - started
    assert not report.refusals, report.line
    (folder / "cpu").write_text(str(cpu))
    out.unlink()


def recipe(name: str, folder: Path) -> dict[str, object]:
    """The same merge for mergekit."""
    method, parameters = SHARED[name]
    sides = ("theirs",) if method == "arcee_fusion" else ("ours", "theirs")
    models = [{"model": str(folder / side), "parameters": parameters} for side in sides]
    found: dict[str, object] = {"merge_method": method, "models": models, "dtype": "bfloat16"}
    if METHODS[name].needs_base or method == "slerp":
        found["base_model"] = str(folder / ("ours" if method == "slerp" else "base"))
    if method == "slerp":
        found["parameters"] = {"t": 0.5}
    return found


def sides_of(name: str) -> int:
    """How many files are read."""
    if name == "important-only":
        return 2
    return 3 if METHODS[name].needs_base else 2


def make(folder: Path, layers: int) -> None:
    """Three model directories."""
    wanted: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (VOCABULARY, HIDDEN)}
    for i in range(layers):
        wanted |= {f"model.layers.{i}.{name}": shape for name, shape in LAYER.items()}
    wanted |= {"model.norm.weight": (HIDDEN,), "lm_head.weight": (VOCABULARY, HIDDEN)}
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": HIDDEN,
        "intermediate_size": 5632, "vocab_size": VOCABULARY, "num_attention_heads": 32,
        "num_key_value_heads": 4, "torch_dtype": "bfloat16", "tie_word_embeddings": False,
        "num_hidden_layers": layers,
    }  # fmt: skip
    for number, side in enumerate(("base", "ours", "theirs")):
        (folder / side).mkdir(parents=True, exist_ok=True)
        (folder / side / "config.json").write_text(json.dumps(config))
        write_model(folder / side / "model.safetensors", wanted, number)


@contextlib.contextmanager
def mergekit(python: str | None) -> Iterator[subprocess.Popen[str] | None]:
    """The process that merges with mergekit, if its python was given."""
    if python is None:
        yield None
        return
    command = [python, str(Path(__file__).parent / "mergekit_worker.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as process:  # fmt: skip
        yield process
        assert process.stdin is not None
        process.stdin.close()


def command(name: str, place: Path, out: Path) -> list[str]:
    """Our merge as a command line."""
    wish = request(name, place)
    found = [*MERGE, "-o", str(out), "--method", name, "--every-tensor"]
    found += ["--base", str(wish.base)] if wish.base else []
    parameters = wish.policy.default.parameters.items()
    return [*found, *map(str, wish.experts),
            *(f"--set={key}={values[0]}" for key, values in parameters)]  # fmt: skip


def asked(process: subprocess.Popen[str], name: str, folder: Path) -> float:
    """CPU seconds of one merge by mergekit."""
    assert process.stdin is not None and process.stdout is not None
    question = {"recipe": recipe(name, folder), "out": str(folder / "out-mergekit")}
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"mergekit failed at {name}")
    found: float = json.loads(line)["cpu"]
    return found


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
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--methods", help="default: all")
    parser.add_argument("--mergekit", metavar="PYTHON", help="the python that has mergekit")
    parser.add_argument("--process", action="store_true", help="whole processes, start-up included")
    parser.add_argument("--repeats", type=int, default=1, help="the median of so many")
    parser.add_argument("--inside", nargs=2, metavar=("METHOD", "PLACE"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        inside(args.inside[0], args.folder, Path(args.inside[1]))
        return
    folder = args.folder or Path(tempfile.mkdtemp(prefix="mergeassist-methods-"))
    names = args.methods.split(",") if args.methods else list(METHODS)
    try:
        if not (folder / "theirs" / "model.safetensors").exists():
            make(folder, args.layers)
        block_of(folder, folder / "block")
        print("| method | input GB | CPU s | GB/CPU s | MB | mergekit CPU s | GB/CPU s | ratio |")
        print("|---|---|---|---|---|---|---|---|")
        with mergekit(None if args.process else args.mergekit) as other:
            for name in (n for n in names if not METHODS[n].needs_data):
                warm(folder)
                ask = partial(asked, other) if other else partial(whole, args.mergekit)
                print(line_of(name, folder, args, ask), flush=True)
    finally:
        if args.folder is None:
            shutil.rmtree(folder)


def whole(python: str, name: str, folder: Path) -> float:
    """CPU seconds of one merge by a whole process of mergekit's."""
    written, out = folder / "recipe.yml", folder / "out-mergekit"
    written.write_text(json.dumps(recipe(name, folder)))  # JSON is YAML
    spent = measure([str(Path(python).parent / "mergekit-yaml"), str(written), str(out),
                     "--no-copy-tokenizer"])["cpu"]  # fmt: skip
    shutil.rmtree(out)
    return spent


def ours(name: str, folder: Path, place: Path, process: bool) -> tuple[float, float]:
    """CPU seconds and private MB of our merge."""
    if process:
        out = folder / "out.safetensors"
        row = measure(command(name, place, out))
        out.unlink()
        return row["cpu"], row["private_mb"]
    row = measure([sys.executable, "-m", "benchmarks.methods", "--folder", str(folder),
                   "--inside", name, str(place)])  # fmt: skip
    return float((folder / "cpu").read_text()), row["private_mb"]


def line_of(
    name: str, folder: Path, args: argparse.Namespace, ask: Callable[[str, Path], float]
) -> str:
    """One line of the table; the ratio is that of GB per CPU second."""
    place = folder / "block" if METHODS[name].whole and name not in FULL else folder
    size = size_of(place, sides_of(name))
    shared = args.mergekit is not None and name in SHARED
    mine: list[float] = []
    other: list[float] = []
    most = 0.0
    for _ in range(args.repeats):
        spent, private = ours(name, folder, place, args.process)
        mine, most = [*mine, spent], max(most, private)
        other += [ask(name, folder)] if shared else []
    spent = median(mine)
    speed = size / spent
    found = f"| `{name}` | {size:.2f} | {spent:.2f} | {speed:.3f} | {most:.0f} |"
    if not shared:
        return found + " - | - | - |"
    cpu = median(other)
    theirs = size / cpu
    return found + f" {cpu:.2f} | {theirs:.3f} | {speed / theirs:.1f} |"


if __name__ == "__main__":
    main()
