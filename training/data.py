"""Training arrays in memory: ragged rows of every repository, and padded batches of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mergeassist.judge.evidence import Schema

Batch = dict[str, Tensor]


def load_schema(folder: Path) -> Schema:
    raw = json.loads((folder / "schema.json").read_text())
    return Schema(*(tuple(raw[name]) for name in Schema._fields))


def past_columns(schema: Schema) -> tuple[list[int], list[int], list[int]]:
    """The columns of `conflict` that tell of the merge and of each side's history, and those of
    `candidate` that tell of history: all of them 0 where neither is known."""
    known = list(schema.conflict)
    merge, history = known.index("known_merge"), known.index("known_history")
    told = [at for at in range(history, len(known)) if not known[at].endswith("_new_still")]
    prefixes = ("once_", "removed_by_", "drops_seen_")
    offered = [at for at, name in enumerate(schema.candidate) if name.startswith(prefixes)]
    return list(range(merge, history)), told, offered


class Dataset:
    """All conflicts of a folder made by `training.build`."""

    def __init__(self, folder: Path) -> None:
        self.schema = load_schema(folder)
        files = sorted(p for p in folder.glob("*.npz") if not p.name.endswith(".tmp.npz"))
        loaded = [dict(np.load(path)) for path in files]
        names = [n for n in loaded[0] if n != "number"]
        joined = {name: np.concatenate([part[name] for part in loaded]) for name in names}
        self.arrays: dict[str, np.ndarray[Any, Any]] = joined
        sizes = [len(part["count"]) for part in loaded]
        self.repository = np.repeat(np.arange(len(files)), sizes)
        self.repositories = [path.stem for path in files]
        count, length = joined["count"].astype(np.int64), joined["length"].astype(np.int64)
        self.count, self.length = count, length
        self.candidate_start = np.concatenate([[0], np.cumsum(count)])
        self.piece_start = np.concatenate([[0], np.cumsum(length)])
        self.mark_start = np.concatenate([[0], np.cumsum(count * length)])

    def __len__(self) -> int:
        return len(self.count)

    def forget(self, share: float, seed: int = 3) -> None:
        """Hide the history of a share of the conflicts, and of half of these the merge as well:
        a judge has to hold for three bare files too."""
        drawn = np.random.default_rng(seed).random(len(self))
        merge, history, offered = past_columns(self.schema)
        bare = np.nonzero(drawn < share)[0]
        self.arrays["conflict"][np.ix_(bare, history)] = 0
        self.arrays["conflict"][np.ix_(np.nonzero(drawn < share / 2)[0], merge)] = 0
        rows = np.repeat(drawn < share, self.count)
        for column in offered:
            self.arrays["candidate"][rows, column] = 0

    def batch(self, rows: np.ndarray[Any, Any]) -> Batch:
        """Padded tensors of some conflicts; `right` (B, 1 + K) holds "none" first."""
        most, longest, size = int(self.count[rows].max()), int(self.length[rows].max()), len(rows)
        ids = np.zeros((size, longest), np.int64)
        presence = np.zeros((size, longest), np.int64)
        marks = np.zeros((size, most, longest), np.int8)
        candidate = np.zeros((size, most, self.arrays["candidate"].shape[1]), np.float32)
        mask = np.zeros((size, 1 + most), bool)
        right = np.zeros((size, 1 + most), bool)
        mask[:, 0] = True
        for at, row in enumerate(rows):
            count, length = int(self.count[row]), int(self.length[row])
            first, piece, mark = (
                self.candidate_start[row], self.piece_start[row], self.mark_start[row],
            )  # fmt: skip
            ids[at, :length] = self.arrays["ids"][piece : piece + length]
            presence[at, :length] = self.arrays["presence"][piece : piece + length]
            block = self.arrays["marks"][mark : mark + count * length]
            marks[at, :count, :length] = block.reshape(count, length)
            candidate[at, :count] = self.arrays["candidate"][first : first + count]
            mask[at, 1 : 1 + count] = True
            good = self.arrays["right"][first : first + count]
            right[at, 1 : 1 + count] = good
            right[at, 0] = not good.any()
        return {
            "ids": torch.from_numpy(ids),
            "presence": torch.from_numpy(presence),
            "marks": torch.from_numpy(marks),
            "conflict": torch.from_numpy(self.arrays["conflict"][rows].astype(np.float32)),
            "candidate": torch.from_numpy(candidate),
            "mask": torch.from_numpy(mask),
            "right": torch.from_numpy(right),
        }

    def batches(
        self, budget: int, seed: int | None, share: float = 1.0
    ) -> Iterator[np.ndarray[Any, Any]]:
        """Row indices of one epoch in length-bucketed batches of about `budget` pieces.

        Without a seed all rows come in order of length; with one, batches are shuffled.
        """
        chance = np.random.default_rng(seed)
        noise = chance.random(len(self)) if seed is not None else np.zeros(len(self))
        order = np.argsort(self.length + 12 * noise, kind="stable")
        if share < 1:
            order = order[chance.random(len(order)) < share]
        groups: list[np.ndarray[Any, Any]] = []
        start = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and (end + 1 - start) * self.length[order[end]] <= budget:
                end += 1
            groups.append(order[start:end])
            start = end
        if seed is not None:
            chance.shuffle(groups)  # type: ignore[arg-type]
        yield from groups
