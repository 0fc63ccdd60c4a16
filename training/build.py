"""Corpus to training arrays: one .npz a repository, made by the code that serves inference.

    python -m training.build ../shared/data/train training/out/data/train --tokenizer models/judge

Each holds ragged arrays: `conflict` (n, F), `candidate` (rows, G), `right` (rows,), `count` (n,)
candidates a conflict; `ids`, `presence` (pieces,), `length` (n,); `marks` (sum of count*length,).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from mergeassist.app.corpus import (
    Record,
    committed_texts,
    context_of,
    corpus_files,
    read_lines,
    read_records,
    without_space,
)
from mergeassist.app.corpus import encode as to_bytes
from mergeassist.app.merge_file import line_merge
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import trimmed
from mergeassist.judge.encode import Encoded, Vocabulary, encode
from mergeassist.judge.evidence import FileView, Schema, measure
from mergeassist.propose.context import Context
from mergeassist.propose.generate import propose_file
from mergeassist.propose.priors import WEIGHTS


def current_schema() -> Schema:
    """The names today's evidence code gives, in the order it gives them."""
    base, ours, theirs = b"a\nb\n", b"a\nc\n", b"a\nd\n"
    merged = line_merge(base, ours, theirs)
    assert merged is not None
    context = Context(base=base, ours=ours, theirs=theirs)
    view = FileView(merged, context).conflicts()[0]
    evidence = measure(view, propose_file(merged, context)[0])
    return Schema(tuple(evidence.conflict), tuple(evidence.candidates[0]), tuple(sorted(WEIGHTS)))


def chosen(path: Path, files: int | None) -> Iterator[tuple[int, str]]:
    """The numbered lines of one corpus file, about `files` of them, picked by their number."""
    total = sum(1 for _ in read_lines(path)) if files else 0
    share = min(1.0, (files or 0) / max(total, 1)) if files else 1.0
    for number, line in enumerate(read_lines(path)):
        if crc32(str(number).encode()) < share * 2**32:
            yield number, line


def build_repository(
    path: Path,
    out: Path,
    vocabulary_path: Path | None,
    files: int | None = None,
    without: frozenset[bytes] = frozenset(),
) -> str:
    """Write the arrays of one corpus file, without tokens where there is no vocabulary; returns
    one line of report.  Records named by `without` (see `fingerprint`) are left out."""
    target = out / (path.name.split(".jsonl")[0] + ".npz")
    if target.exists():
        return f"{target.name}: there already"
    schema = current_schema()
    vocabulary = Vocabulary(vocabulary_path) if vocabulary_path else None
    parts: dict[str, list[Any]] = {
        name: []
        for name in (
            "conflict", "candidate", "right", "right_space", "count", "ids", "presence", "length",
            "marks", "language", "number",
        )
    }  # fmt: skip
    for number, line in chosen(path, files):
        record = json.loads(line)
        if without and fingerprint(record) in without:
            continue
        context = context_of(record)
        versions = Merge(*(to_bytes(record[name]) for name in Merge._fields))
        merged = line_merge(*versions)
        if merged is None:
            continue
        truths = committed_texts(merged, to_bytes(record["resolved"]))
        proposals = propose_file(merged, context)
        views = FileView(merged, context).conflicts()
        for view, offered, truth in zip(views, proposals, truths, strict=True):
            if truth is None:
                continue
            conflict, candidate = measure(view, offered).arrays(schema)
            encoded = Encoded(
                np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros((len(offered), 1), np.int64)
            )
            if vocabulary is not None:
                encoded = encode(view, [p.text for p in offered], vocabulary)
            goal, goal_space = trimmed(truth), without_space(truth)
            parts["conflict"].append(conflict.astype(np.float16))
            parts["candidate"].append(candidate.astype(np.float16))
            parts["right"].append(np.array([trimmed(p.text) == goal for p in offered]))
            parts["right_space"].append(
                np.array([without_space(p.text) == goal_space for p in offered])
            )
            parts["count"].append(np.array([len(offered)], np.int32))
            parts["ids"].append(encoded.ids.astype(np.uint16))
            parts["presence"].append(encoded.presence.astype(np.uint8))
            parts["length"].append(np.array([len(encoded.ids)], np.int32))
            parts["marks"].append(encoded.marks.astype(np.uint8).ravel())
            parts["language"].append(np.array([record["language"] or "?"], dtype="U16"))
            parts["number"].append(np.array([number], np.int32))
    if not parts["count"]:
        return f"{target.name}: no conflict with ground truth"
    joined = {
        name: np.stack(rows) if name == "conflict" else np.concatenate(rows)
        for name, rows in parts.items()
    }
    partial_name = target.with_suffix(".tmp.npz")
    np.savez(partial_name, **joined)
    partial_name.rename(target)
    return f"{target.name}: {len(joined['count'])} conflicts"


def fingerprint(record: Record) -> bytes:
    """The digest of the three versions, the same for a record and its mirror image."""
    sides = sorted((record["ours"], record["theirs"]))
    return sha256("\0".join((record["base"], *sides)).encode("utf-8", "surrogateescape")).digest()


def held_out(paths: list[Path]) -> frozenset[bytes]:
    """The fingerprints of all records below `paths`."""
    return frozenset(
        fingerprint(record) for path in corpus_files(paths) for record in read_records(path)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument("--tokenizer", type=Path, default=Path("models/judge"))
    parser.add_argument("--files", type=int, help="at most about so many files a repository")
    parser.add_argument(
        "--without", type=Path, nargs="*", default=[], help="corpora whose records are left out"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--no-text", action="store_true", help="evidence only: a third faster")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    schema = current_schema()
    (args.out / "schema.json").write_text(json.dumps(schema._asdict(), indent=1))
    work = partial(
        build_repository,
        out=args.out,
        vocabulary_path=None if args.no_text else args.tokenizer / "tokenizer.json",
        files=args.files,
        without=held_out(args.without) if args.without else frozenset(),
    )
    with ProcessPoolExecutor(args.jobs) as pool:
        for line in pool.map(work, corpus_files(args.corpus)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
