"""Numeric evidence for each conflict and candidate, from what a merge driver can know.

`measure(view, proposals)` returns two float32 arrays: the conflict's vector (`CONFLICT_NAMES`)
and one row a candidate (`CANDIDATE_NAMES`, then one flag for each pattern in `SOURCES`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mergeassist.core.outcome import Proposal
from mergeassist.judge.evidence.candidate import candidate_evidence
from mergeassist.judge.evidence.conflict import conflict_evidence
from mergeassist.judge.evidence.past import history_evidence, merge_evidence
from mergeassist.judge.evidence.view import ConflictView, FileView

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ConflictView", "Evidence", "FileView", "Schema", "measure"]


class Schema(NamedTuple):
    """The names behind the columns; shipped with the model, so old models keep their order."""

    conflict: tuple[str, ...]
    candidate: tuple[str, ...]
    sources: tuple[str, ...]


class Evidence(NamedTuple):
    """Named numbers of one conflict: for itself and for each of its candidates."""

    conflict: dict[str, float]
    candidates: list[dict[str, float]]
    sources: list[tuple[str, ...]]

    def arrays(self, schema: Schema) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(len(schema.conflict),) and (candidates, len(schema.candidate) + len(schema.sources)).

        A name the schema does not know is left out, one that was not measured is 0.
        """
        conflict = _rounded([self.conflict.get(n, 0.0) for n in schema.conflict])
        rows = [
            [row.get(name, 0.0) for name in schema.candidate]
            + [float(source in names) for source in schema.sources]
            for row, names in zip(self.candidates, self.sources, strict=True)
        ]
        width = len(schema.candidate) + len(schema.sources)
        return conflict, _rounded(rows).reshape(len(rows), width)


def _rounded(values: Sequence[object]) -> NDArray[np.float32]:
    """Half precision, as the training data is stored: a tree's threshold must see the same."""
    return np.array(values, np.float16).astype(np.float32)


def measure(view: ConflictView, proposals: Sequence[Proposal]) -> Evidence:
    """All evidence on one conflict; what is unknown is 0 and flagged by `known_*`."""
    conflict = conflict_evidence(view)
    conflict.update(merge_evidence(view.file.context))
    conflict.update(history_evidence(view))
    return Evidence(
        conflict, candidate_evidence(view, proposals), [proposal.sources for proposal in proposals]
    )
