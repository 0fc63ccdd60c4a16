"""`models verify`: derive a merge again from its record and compare every byte.

Records lie beside OUT (`OUT.merge.json`) or, for merges that git started, in the repository's
`mergeassist/records`; those name blobs, LFS objects or trees, which are taken from the repository.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mergeassist.core.merge import Merge
from mergeassist.errors import InputError
from mergeassist.git import worktree
from mergeassist.git.run import git
from mergeassist.params import complete, lora
from mergeassist.params.files import MappedFile
from mergeassist.params.lfs import Pointer, Store, read_pointer
from mergeassist.params.merge import Request, fingerprint, merge
from mergeassist.params.merge import verify as verify_merge
from mergeassist.params.policy import Policy, Spec, spec
from mergeassist.params.tensors import as_view, pieces, same_bytes

RECORD_SUFFIX = ".merge.json"
Answer = tuple[bool, str]


def verify_record(path: Path) -> Answer:
    """(whether it holds, a sentence); raises InputError for what is no record."""
    if not path.name.endswith(".json"):
        path = path.parent / (path.name + RECORD_SUFFIX)
    try:
        record = json.loads(path.read_bytes())
        if "output" not in record:
            raise KeyError("output")
        check: Callable[[dict[str, Any]], Answer]
        if str(record.get("method", "")).startswith("lora-"):
            check = _check_adapters
        elif isinstance(record["output"], str):
            check = _check_files
        else:
            check = _check_tree if "blobs" in record["output"] else _check_blobs
        return check(record)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(path, f"no record of a merge ({type(error).__name__})") from None


def _check_files(record: dict[str, Any]) -> Answer:
    """A merge of files that are still where they were."""
    request, target = recorded(record), Path(record["output"])
    moved = _changed_input(record)
    if moved is not None:
        return False, f"{moved} is not what was merged"
    report = verify_merge(request, target)
    if report.refusals:
        return False, report.line
    return True, f"{target}: derived again, byte for byte"


def _changed_input(record: dict[str, Any]) -> str | None:
    """The first input whose content is another one now."""
    inputs = [record["base"], *record["experts"], *record.get("statistics", [])]
    for entry in inputs:
        if entry is not None and fingerprint(Path(entry["path"])) != entry["id"]:
            return str(entry["path"])
    return None


def recorded(record: dict[str, Any]) -> Request:
    """The request that a record describes."""
    base = Path(record["base"]["path"]) if record["base"] else None
    experts = tuple(Path(expert["path"]) for expert in record["experts"])
    known = tuple(Path(entry["path"]) for entry in record.get("statistics", []))
    return Request(base, experts, _policy(record), _ids(record), record["seed"], record["every"],
                   record["allow_unrelated"], statistics=known,
                   in_metadata=record.get("in_metadata", False),
                   dtype=record.get("dtype"))  # fmt: skip


def _ids(record: dict[str, Any]) -> tuple[str, ...]:
    return tuple(entry["id"] for entry in (record["base"], *record["experts"]) if entry)


def _policy(record: dict[str, Any]) -> Policy:
    patterns = tuple((p, labelled(label)) for p, label in record["patterns"])
    return Policy(spec(record["method"], record["parameters"]), patterns)


def labelled(label: str) -> Spec:
    """The inverse of `Spec.label`."""
    method, *pairs = label.split(" ")
    return spec(method, dict(pair.split("=", 1) for pair in pairs))


def _check_adapters(record: dict[str, Any]) -> Answer:
    moved = _changed_input(record)
    if moved is not None:
        return False, f"{moved} is not what was merged"
    target = Path(record["output"])
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / "again"
        lora.merge_adapters(
            Path(record["base"]["path"]) if record["base"] else None,
            [Path(entry["path"]) for entry in record["experts"]], again,
            record["method"].removeprefix("lora-"), record["weights"], record["rank"],
        )  # fmt: skip
        for file in sorted(again.iterdir()):
            found = target / file.name
            if not found.is_file() or not _same(file, found):
                return False, f"{found} differs from the derived merge"
    return True, f"{target}: derived again, byte for byte"


def _same(left: Path, right: Path) -> bool:
    return same_bytes(MappedFile(left).bytes, MappedFile(right).bytes)


def _check_blobs(record: dict[str, Any]) -> Answer:
    """A driver's merge of one path: three blobs or LFS objects of this repository."""
    root, name = worktree.root(), str(record["path"])
    if "experts" not in record:
        return True, f"{name}: one side's file, taken whole"
    with tempfile.TemporaryDirectory(dir=worktree.git_dir(root)) as folder:
        store = Store.of_repository(root)
        sides = []
        for number, oid in enumerate(_ids(record)):
            sides.append(Path(folder) / f"{number}{Path(name).suffix}")
            _restore(root, store, oid, sides[-1], name)
        request = Request(
            sides[0], tuple(sides[1:]), _policy(record), _ids(record), record["seed"],
            record["every"], record["allow_unrelated"],
        )  # fmt: skip
        again = Path(folder) / "again"
        report = merge(request, again)
        if report.refusals:
            return False, report.line
        known, found = record["output"].get("id"), fingerprint(again)
        oid = record["output"].get("oid")
        if oid is not None:
            known, found = oid, "sha256:" + _sha256(again)
        if known != found:
            return False, f"{name}: the derived merge is not the recorded one"
        return True, f"{name}: derived again{_beside(root / name, again)}"


def _restore(root: Path, store: Store, oid: str, target: Path, name: str) -> None:
    kind, _, number = oid.partition(":")
    if kind == "git":
        complete.fetch(root, store, number, target, name)
        return
    found = store.folder / "objects" / number[:2] / number[2:4] / number
    if not found.is_file():
        raise InputError(name, f"LFS object {number[:12]} is not here", "run: git lfs fetch --all")
    target.hardlink_to(found)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for block in pieces(MappedFile(path).bytes):
        digest.update(as_view(block))
    return digest.hexdigest()


def _beside(file: Path, again: Path) -> str:
    """What the work tree holds now; it may have moved on since."""
    if not file.is_file():
        return ""
    pointer = read_pointer(file)
    same = pointer.oid == _sha256(again) if pointer else _same(file, again)
    return ", byte for byte as in the work tree" if same else "; the work tree has another one now"


def _check_tree(record: dict[str, Any]) -> Answer:
    """A model folder that `models merge --git` completed."""
    root, folder = worktree.root(), str(record["folder"])
    commits = Merge(*(record["commits"][side] for side in ("base", "ours", "theirs")))
    with complete.derived(root, commits, folder, _policy(record), record["allow_unrelated"],
                          record["seed"]) as (report, target, _):  # fmt: skip
        if report.refusals:
            return False, report.line
        for file in sorted(target.iterdir()):
            pointer = Pointer(_sha256(file), file.stat().st_size).text()
            ids = {_blob(root, file), os.fsdecode(git("hash-object", "--stdin", cwd=root,
                                                      input=pointer)).strip()}  # fmt: skip
            if record["output"]["blobs"].get(file.name) not in ids:
                return False, f"{folder}/{file.name}: the derived merge is not the recorded one"
    return True, f"{folder or '.'}: derived again, byte for byte"


def _blob(root: Path, file: Path) -> str:
    return os.fsdecode(git("hash-object", "--no-filters", "--", str(file), cwd=root)).strip()
