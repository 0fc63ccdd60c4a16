"""The network in torch: on a GPU where there is one, in bf16 there; needs the `[torch]` extra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file

from mergeassist.judge.encode import Encoded
from mergeassist.judge.network import JudgeNetwork, NetworkConfig

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Item = tuple[Encoded, NDArray[np.float32], NDArray[np.float32]]


class TorchRuntime:
    """Scores one conflict or a padded batch of them."""

    name = "torch"

    def __init__(self, network: JudgeNetwork, device: torch.device) -> None:
        self.network = network.to(device).eval()
        self.device = device

    def scores(
        self, encoded: Encoded, conflict: NDArray[np.float32], candidate: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(1 + candidates,) scores, the first for "none of these"."""
        return self.batch([(encoded, conflict, candidate)])[0]

    def means(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(F,) and (G,): the mean of each column of evidence in training."""
        buffers = (self.network.conflict_mean, self.network.candidate_mean)
        conflict, candidate = (buffer.float().cpu().numpy() for buffer in buffers)
        return conflict, candidate

    @torch.inference_mode()
    def batch(self, items: Sequence[Item]) -> list[NDArray[np.float32]]:
        """Scores of several conflicts at once, in their order."""
        longest = max(len(encoded.ids) for encoded, _, _ in items)
        most = max(len(candidate) for _, _, candidate in items)
        ids, presence = (np.zeros((len(items), longest), np.int64) for _ in range(2))
        marks = np.zeros((len(items), most, longest), np.int64)
        rows = np.zeros((len(items), most, items[0][2].shape[1]), np.float32)
        for at, (encoded, _, candidate) in enumerate(items):
            length, count = len(encoded.ids), len(candidate)
            ids[at, :length], presence[at, :length] = encoded.ids, encoded.presence
            marks[at, : len(encoded.marks), :length] = encoded.marks
            rows[at, :count] = candidate
        conflicts = np.stack([conflict for _, conflict, _ in items])
        arrays = (ids, presence, marks, conflicts, rows)
        tensors = [torch.from_numpy(array).to(self.device) for array in arrays]
        on_gpu = self.device.type == "cuda"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=on_gpu):
            found = self.network(*tensors).float().cpu().numpy()
        return [
            found[at, : 1 + len(candidate)].astype(np.float32)
            for at, (_, _, candidate) in enumerate(items)
        ]


def load(folder: Path, config: Mapping[str, Any]) -> TorchRuntime:
    """The shipped weights on the best device there is."""
    network = JudgeNetwork(NetworkConfig(**config))
    weights = load_file(folder / "model.safetensors")
    network.load_state_dict(
        {name.removeprefix("judge."): value.float() for name, value in weights.items()}
    )
    return TorchRuntime(network, torch.device("cuda" if torch.cuda.is_available() else "cpu"))
