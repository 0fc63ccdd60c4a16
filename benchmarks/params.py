"""Speed and memory of merging weights, beside mergekit if you have it.

    python benchmarks/params.py [--folder DIR] [--gigabytes 1.1] [--methods linear,ties]
                                [--mergekit PATH_TO_MERGEKIT_YAML] [--repeats 3] [--json]
    python benchmarks/params.py --folder DIR --sizes 1,2,4,8 --sparse 12

Makes a synthetic llama-shaped bf16 checkpoint and two experts (base + N(0, .002)), merges them
in a fresh process per method, and prints CPU seconds (user + system, start-up included), private
memory (peak RssAnon) and GB of input per CPU second: the median of the repeats.  Inputs are read
once before every run, so that the page cache is warm as far as it can hold them.  Wall time is
printed but says little on a busy machine.

`--sizes` repeats `linear` and `ties` (or `--methods`) on checkpoints of those sizes (memory should
be flat, time linear), `--sparse` on three files of that size that are holes but for a little at the
start of each tensor.  Both make their files one size at a time and delete them again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

HIDDEN, FEED, VOCABULARY = 2048, 5632, 32000
LAYER = {
    "self_attn.q_proj.weight": (HIDDEN, HIDDEN), "self_attn.k_proj.weight": (256, HIDDEN),
    "self_attn.v_proj.weight": (256, HIDDEN), "self_attn.o_proj.weight": (HIDDEN, HIDDEN),
    "mlp.gate_proj.weight": (FEED, HIDDEN), "mlp.up_proj.weight": (FEED, HIDDEN),
    "mlp.down_proj.weight": (HIDDEN, FEED), "input_layernorm.weight": (HIDDEN,),
    "post_attention_layernorm.weight": (HIDDEN,),
}  # fmt: skip
ROWS = 256
BARS = {"linear": 0.9, "task-arithmetic": 0.9, "ties": 0.45, "dare": 0.4}
_CODE = """
import argparse, sys
from mergeassist.cli import models
parser = argparse.ArgumentParser()
models.add_arguments(parser)
sys.exit(models.run(parser.parse_args()))
"""
MERGE = [sys.executable, "-c", _CODE, "merge"]
CASES = {
    "linear": ("linear", {}), "task-arithmetic": ("task-arithmetic", {"lambda": 0.5}),
    "ties": ("ties", {"density": 0.2}), "ties-default": ("ties", {}),
    "dare": ("dare", {"density": 0.2}), "ram": ("ram", {}),
}  # fmt: skip


def shapes(gigabytes: float) -> dict[str, tuple[int, ...]]:
    """Tensor shapes of a llama of about that size in bf16 (untied head)."""
    found: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (VOCABULARY, HIDDEN)}
    fixed = 2 * VOCABULARY * HIDDEN * 2
    layer = sum(int(np.prod(shape)) * 2 for shape in LAYER.values())
    for i in range(max(1, round((gigabytes * 1e9 - fixed) / layer))):
        found |= {f"model.layers.{i}.{name}": shape for name, shape in LAYER.items()}
    return found | {"model.norm.weight": (HIDDEN,), "lm_head.weight": (VOCABULARY, HIDDEN)}


def make(folder: Path, gigabytes: float) -> None:
    """Three model directories: base, ours, theirs."""
    wanted = shapes(gigabytes)
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": HIDDEN,
        "intermediate_size": FEED, "vocab_size": VOCABULARY, "num_attention_heads": 32,
        "num_key_value_heads": 4, "torch_dtype": "bfloat16", "tie_word_embeddings": False,
        "num_hidden_layers": sum(name.endswith("q_proj.weight") for name in wanted),
    }  # fmt: skip
    for number, side in enumerate(("base", "ours", "theirs")):
        (folder / side).mkdir(parents=True, exist_ok=True)
        (folder / side / "config.json").write_text(json.dumps(config))
        write_model(folder / side / "model.safetensors", wanted, number)


def write_model(path: Path, wanted: dict[str, tuple[int, ...]], expert: int) -> None:
    """bf16 tensors of these shapes; expert 0 is the base."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, shape in wanted.items():
        size = int(np.prod(shape)) * 2
        entry = {"dtype": "BF16", "shape": shape, "data_offsets": [at, at + size]}
        header[name], at = entry, at + size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as handle:
        handle.write(len(text).to_bytes(8, "little") + text)
        # Layers repeat the first one's values: speed does not depend on them, making them does.
        known: dict[int, list[bytes]] = {}
        for shape in wanted.values():
            size = int(np.prod(shape))
            if size not in known:
                known[size] = list(_values(size, expert))
            for block in known[size]:
                handle.write(block)


def _values(size: int, expert: int) -> Iterator[bytes]:
    """bf16 bits of N(0, .02), for an expert plus N(0, .002) of its own."""
    common, own = np.random.default_rng(size), np.random.default_rng((size, expert))
    for at in range(0, size, ROWS * FEED):
        count = min(size - at, ROWS * FEED)
        values = common.standard_normal(count, np.float32) * np.float32(0.02)
        if expert:
            values += own.standard_normal(count, np.float32) * np.float32(0.002)
        bits = values.view(np.uint32)
        yield ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16).tobytes()


def make_sparse(folder: Path, gigabytes: float, tensors: int = 12) -> None:
    """Three model directories whose tensors are holes but for their first elements."""
    rows = int(gigabytes * 1e9 / tensors / 2 / 4096)
    nbytes = rows * 4096 * 2
    header = {
        f"layers.{i}.w": {"dtype": "BF16", "shape": [rows, 4096],
                          "data_offsets": [i * nbytes, (i + 1) * nbytes]}
        for i in range(tensors)
    }  # fmt: skip
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    for number, side in enumerate(("base", "ours", "theirs")):
        (folder / side).mkdir(parents=True, exist_ok=True)
        with (folder / side / "model.safetensors").open("wb") as handle:
            handle.write(len(text).to_bytes(8, "little") + text)
            handle.truncate(8 + len(text) + tensors * nbytes)
            for i in range(tensors):
                handle.seek(8 + len(text) + i * nbytes)
                # 500 ones for all, then what only one side has.
                handle.write(b"\x80\x3f" * 500 + bytes(200 * number) + b"\x80\x3f" * 100)


def measure(command: list[str]) -> dict[str, float]:
    """Run a process; its CPU, system and wall seconds and its peak private memory in MB."""
    # OPENBLAS_NUM_THREADS is what `mergeassist models` sets; mergekit has no use for it.
    environment = {**os.environ, "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}
    # As installed: byte code is there, not compiled anew in every process.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "mergeassist-bench-pyc")
    before, started = os.times(), time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    )
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process, peak))
    watcher.start()
    _, errors = process.communicate()
    watcher.join()
    after = os.times()
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:6])} failed:\n{errors.decode()[-2000:]}")
    system = after.children_system - before.children_system
    cpu = after.children_user - before.children_user + system
    return {
        "cpu": cpu,
        "system": system,
        "wall": time.monotonic() - started,
        "private_mb": peak[0] / 1024,
    }


def _watch(process: subprocess.Popen[bytes], peak: list[int]) -> None:
    while process.poll() is None:
        try:
            for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
                if line.startswith("RssAnon:"):
                    peak[0] = max(peak[0], int(line.split()[1]))
        except OSError:
            return
        time.sleep(0.01)


def our_command(folder: Path, case: str, out: Path) -> list[str]:
    """The command line that merges the three files."""
    method, parameters = CASES[case]
    command = [*MERGE, "-o", str(out), "--method", method]
    if method != "linear":
        command += ["--base", str(folder / "base" / "model.safetensors")]
    command += ["--ours", str(folder / "ours" / "model.safetensors")]
    command += ["--theirs", str(folder / "theirs" / "model.safetensors")]
    return command + [f"--set={key}={value}" for key, value in parameters.items()]


def mergekit_recipe(folder: Path, case: str) -> str:
    """The same merge for mergekit."""
    method, parameters = CASES[case]
    names = {"task-arithmetic": "task_arithmetic", "dare": "dare_linear"}
    base, ours, theirs = (folder / side for side in ("base", "ours", "theirs"))
    density = f", density: {parameters['density']}" if "density" in parameters else ""
    lines = [f"merge_method: {names.get(method, method)}", "dtype: bfloat16", "models:"]
    lines += [
        f"  - {{model: {side}, parameters: {{weight: 1.0{density}}}}}" for side in (ours, theirs)
    ]
    if method != "linear":
        lines.append(f"base_model: {base}")
    if "lambda" in parameters:
        lines.append(f"parameters: {{lambda: {parameters['lambda']}}}")
    return "\n".join(lines) + "\n"


def identical(left: Path, right: Path) -> float:
    """Share of bf16 elements with equal bits, tensor by tensor, over mergekit's shards."""
    from mergeassist.params.formats import open_checkpoint

    ours, theirs = open_checkpoint(left), open_checkpoint(right)
    equal = total = 0
    for name in ours.tensors:
        pair = (ours.raw(name).view(np.uint16), theirs.raw(name).view(np.uint16))
        equal += int(np.count_nonzero(pair[0] == pair[1]))
        total += pair[0].size
    return equal / total


def warm(folder: Path) -> None:
    """Read the inputs, so that every run finds them in the page cache (as far as they fit)."""
    for path in folder.glob("*/model.safetensors"):
        # A file of holes is not worth reading.
        if path.stat().st_blocks * 512 >= path.stat().st_size:
            with path.open("rb", buffering=0) as handle:
                while handle.read(1 << 22):
                    pass


def repeated(folder: Path, command: list[str], repeats: int) -> dict[str, float]:
    """Medians over the repeats, the largest private memory."""
    runs = []
    for _ in range(repeats):
        warm(folder)
        runs.append(measure(command))
    found = {key: float(np.median([run[key] for run in runs])) for key in ("cpu", "system", "wall")}
    return found | {"private_mb": max(run["private_mb"] for run in runs)}


def bench(
    folder: Path, cases: list[str], mergekit: str | None, repeats: int
) -> Iterator[dict[str, Any]]:
    """One row per method and program."""
    size = (folder / "base" / "model.safetensors").stat().st_size / 1e9
    for case in cases:
        inputs = size * (2 if CASES[case][0] == "linear" else 3)
        out = folder / f"out-{case}.safetensors"
        row = {"case": case, "program": "mergeassist", "input_gb": inputs}
        yield row | repeated(folder, our_command(folder, case, out), repeats)
        if mergekit is not None and case != "ties-default":
            recipe, theirs = folder / f"{case}.yml", folder / f"out-mergekit-{case}"
            recipe.write_text(mergekit_recipe(folder, case))
            row = {"case": case, "program": "mergekit", "input_gb": inputs}
            warm(folder)
            row |= measure([mergekit, str(recipe), str(theirs)])
            yield row | {"identical": identical(out, theirs)}
            shutil.rmtree(theirs)
        out.unlink()


def bench_sizes(folder: Path, args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The methods on every size, each size's files deleted before the next are made."""
    wanted = [(float(size), make) for size in args.sizes.split(",") if size]
    wanted += [(args.sparse, make_sparse)] if args.sparse else []
    for size, maker in wanted:
        place = folder / f"size-{size:g}"
        try:
            maker(place, size)
            cases = (args.methods or "linear,ties").split(",")
            for row in bench(place, cases, None, args.repeats):
                yield row | {"sparse": maker is make_sparse}
        finally:
            shutil.rmtree(place, ignore_errors=True)


def show(row: dict[str, Any], *, heading: bool) -> None:
    """One line of a table for people."""
    if heading:
        print(
            f"{'method':16}{'program':13}{'input GB':>9}{'CPU s':>8}{'system':>8}{'GB/CPU s':>10}"
            f"{'private MB':>12}{'wall s':>8}  note"
        )
    bar = BARS.get(row["case"])
    note = f"{row['identical']:.4%} of elements identical" if "identical" in row else ""
    if row["program"] == "mergeassist" and bar:
        note = f"bar {bar}: " + ("reached" if row["gb_per_cpu_s"] >= bar else "MISSED")
    note += ", a file of holes" if row.get("sparse") else ""
    print(
        f"{row['case']:16}{row['program']:13}{row['input_gb']:9.2f}{row['cpu']:8.2f}{row['system']:8.2f}"
        f"{row['gb_per_cpu_s']:10.3f}{row['private_mb']:12.0f}{row['wall']:8.1f}  {note}",
        flush=True,
    )


def main() -> None:
    """Parse, make the files, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, help="keep the checkpoints here and use them again")
    parser.add_argument("--gigabytes", type=float, default=1.1)
    parser.add_argument("--methods", help=f"some of {','.join(CASES)}")
    parser.add_argument("--mergekit", help="path of mergekit-yaml")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--sizes", default="", help="gigabytes of several checkpoints: 1,2,4,8")
    parser.add_argument("--sparse", type=float, help="gigabytes of a checkpoint full of holes")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="mergeassist-bench-"))
    rows: list[dict[str, Any]] = []
    try:
        if args.sizes or args.sparse:
            found = bench_sizes(folder, args)
        else:
            place = folder / f"{args.gigabytes:g}"
            if not (place / "theirs" / "model.safetensors").exists():
                make(place, args.gigabytes)
            cases = args.methods.split(",") if args.methods else list(CASES)
            found = bench(place, cases, args.mergekit, args.repeats)
        for row in found:
            rows.append(row | {"gb_per_cpu_s": row["input_gb"] / row["cpu"]})
            if not args.json:
                show(rows[-1], heading=len(rows) == 1)
    finally:
        if args.folder is None:
            shutil.rmtree(folder)
    if args.json:
        print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
