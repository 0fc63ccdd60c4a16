"""`models average`: checkpoints of one run, weighted by their loss or step (MWA, arXiv 2504.18580).

What is read is `trainer_state.json` beside a checkpoint (Hugging Face's name): `global_step`, and
the last `eval_loss` or `loss` of `log_history`.  Checkpoints are directories or files given by
name, the `checkpoint-*` of a folder, or the versions of one path along git's history.  Weights are
proportional to (1 / loss)^p or step^p; the paper's formula was read in its abstract and run names
only, so p stands open as `--power`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mergeassist.errors import Exit, InputError, UsageError
from mergeassist.git.run import git
from mergeassist.params.lfs import Store, parse_pointer
from mergeassist.params.merge import Request, merge
from mergeassist.params.policy import Policy, spec

STATE = "trainer_state.json"
LOSSES = ("eval_loss", "loss")
POINTER_LIMIT = 1024


class Point(NamedTuple):
    """One checkpoint of a run: its path, what to call it, its step and losses by name."""

    path: Path
    name: str
    step: int
    losses: dict[str, float]


def read_point(path: Path, name: str = "") -> Point:
    """A checkpoint with what its trainer_state.json says (nothing where there is none)."""
    state = (path if path.is_dir() else path.parent) / STATE
    found: dict[str, Any] = {}
    if state.is_file():
        try:
            found = json.loads(state.read_bytes())
            step = int(found.get("global_step", 0))
            losses = {key: float(entry[key]) for entry in found.get("log_history", [])
                      for key in LOSSES if key in entry}  # fmt: skip
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError(state, f"cannot be read ({type(error).__name__})") from None
        return Point(path, name or path.name, step, losses)
    number = re.search(r"(\d+)(?=\D*$)", path.stem)
    return Point(path, name or path.name, int(number[1]) if number else 0, {})


def in_folder(folder: Path) -> list[Point]:
    """The `checkpoint-*` of a trainer's output folder, by step."""
    found = [read_point(path) for path in folder.glob("checkpoint-*") if path.is_dir()]
    if not found:
        raise InputError(folder, "no checkpoint-* in it", "name the checkpoints one by one")
    return sorted(found, key=lambda point: point.step)


def along_history(path: Path, last: int, place: Path) -> list[Point]:
    """The last versions of `path` that git knows, oldest first, written below `place`."""
    root = Path(git("rev-parse", "--show-toplevel", cwd=path.parent).decode().strip())
    inside = path.resolve().relative_to(root.resolve()).as_posix()
    listed = git("log", f"-{last}", "--format=%H", "--", inside, cwd=root).decode().split()
    if not listed:
        raise InputError(path, "git knows no version of it", "commit it first")
    points = []
    for number, commit in enumerate(reversed(listed)):
        folder = place / str(number)
        _checkout(root, commit, inside, folder)
        is_folder = git("cat-file", "-t", f"{commit}:{inside}", cwd=root).strip() == b"tree"
        target = folder if is_folder else folder / Path(inside).name
        points.append(read_point(target, commit[:10]))
    return points


def _checkout(root: Path, commit: str, inside: str, folder: Path) -> None:
    """Write a file (and the trainer_state.json beside it) or a directory of one commit."""
    beside = (Path(inside).parent / STATE).as_posix()
    listing = git("ls-tree", "-r", "-z", commit, "--", inside, beside, cwd=root)
    for line in filter(None, listing.split(b"\0")):
        about, _, name = line.partition(b"\t")
        oid, found = about.split()[2].decode(), name.decode(errors="surrogateescape")
        within = found.startswith(inside + "/")
        target = folder / (found[len(inside) + 1 :] if within else Path(found).name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as handle:
            subprocess.run(["git", "cat-file", "blob", oid], cwd=root, stdout=handle, check=True)
        small = target.stat().st_size < POINTER_LIMIT
        pointer = parse_pointer(target.read_bytes()) if small else None
        if pointer is not None:
            target.unlink()
            target.symlink_to(Store.of_repository(root).find(pointer, found, root))


def weights_of(points: Sequence[Point], by: str, power: float) -> list[float]:
    """One weight a checkpoint, their sum is 1; InputError for one without loss or step."""
    if by == "uniform":
        return [1 / len(points)] * len(points)
    if by == "step":
        raw = [_step(point) ** power for point in points]
    else:
        key = next((k for k in LOSSES if all(k in p.losses for p in points)), None)
        if key is None:
            lacking = next(p for p in points if not p.losses)
            advice = "take --by step or --by uniform"
            raise InputError(lacking.path, f"no loss in a {STATE} beside it", advice)
        raw = [_inverse(point, key) ** power for point in points]
    return [value / sum(raw) for value in raw]


def _step(point: Point) -> float:
    if point.step < 1:
        raise InputError(point.path, "its step is not known", "take --by uniform")
    return float(point.step)


def _inverse(point: Point, key: str) -> float:
    if not point.losses[key] > 0:
        raise InputError(point.path, f"{key} is {point.losses[key]:g}", "take --by step")
    return 1 / point.losses[key]


def average(args: argparse.Namespace) -> int:
    """`models average`: write OUT, say the weights."""
    with tempfile.TemporaryDirectory(prefix="mergeassist-average-") as place:
        points = _points(args, Path(place))[-args.last :]
        if len(points) < 2:
            raise UsageError(f"{len(points)} checkpoint found; an average needs two or more")
        shares = weights_of(points, args.by, args.power)
        # The latest first: what is no tensor (settings, state) comes from it.
        order = list(zip(points, shares, strict=True))[::-1]
        chosen = spec("linear", {"weight": [share for _, share in order]})
        request = Request(None, tuple(point.path for point, _ in order), Policy(chosen))
        report = merge(request, Path(args.output))
    if report.refusals:
        sys.stderr.write(f"mergeassist: not merged: {report.line}\n")
        return Exit.CONFLICT
    for point, share in zip(points, shares, strict=True):
        losses = "".join(f"  {key} {value:g}" for key, value in point.losses.items())
        sys.stdout.write(f"{share:.4f}  {point.name}  step {point.step}{losses}\n")
    return Exit.OK


def _points(args: argparse.Namespace, place: Path) -> list[Point]:
    paths = [Path(path) for path in args.checkpoints]
    if args.git:
        if len(paths) != 1:
            raise UsageError("--git takes one path, whose history is read")
        return along_history(paths[0], args.last, place)
    if len(paths) == 1 and paths[0].is_dir():
        return in_folder(paths[0])
    return [read_point(path) for path in paths]
