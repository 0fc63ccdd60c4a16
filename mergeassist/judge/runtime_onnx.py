"""The network in ONNX Runtime, from `model.onnx` (fp32, `training/export.py`); needs `[onnx]`.

Not the default: loading the library and the graph takes longer than numpy needs for a whole
file (`mergeassist bench judge`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from safetensors.numpy import load_file

from mergeassist.errors import InputError
from mergeassist.judge.encode import Encoded

if TYPE_CHECKING:
    from numpy.typing import NDArray


class OnnxRuntime:
    """Scores one conflict at a time, on one thread of the CPU."""

    name = "onnx"

    def __init__(self, session: Any, folder: Path) -> None:
        self.session, self.folder = session, folder
        self.wanted = {one.name for one in session.get_inputs()}

    def scores(
        self, encoded: Encoded, conflict: NDArray[np.float32], candidate: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(1 + candidates,) scores, the first for "none of these"."""
        given = {**encoded._asdict(), "conflict": conflict, "candidate": candidate}
        fed = {name: np.ascontiguousarray(given[name]) for name in self.wanted}
        (found,) = self.session.run(["scores"], fed)
        return np.asarray(found, np.float32)

    def means(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(F,) and (G,): the mean of each column of evidence in training."""
        weights = load_file(self.folder / "model.safetensors")
        names = ("judge.conflict_mean", "judge.candidate_mean")
        conflict, candidate = (weights[name].astype(np.float32) for name in names)
        return conflict, candidate


def load(folder: Path, _config: Mapping[str, Any]) -> OnnxRuntime:
    """Read `model.onnx`; raises `InputError` for a folder without a usable one."""
    path = folder / "model.onnx"
    if not path.is_file():
        raise InputError(path, "is not there", "choose the runtime numpy")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the library's own kinds, which it does not name
        raise InputError(path, f"unreadable ({error})", "choose the runtime numpy") from error
    return OnnxRuntime(session, folder)
