"""Scores to probabilities."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mergeassist.errors import InputError
from mergeassist.judge.calibrate import Calibration, load_calibration
from mergeassist.judge.model import Mixture

HONEST = Calibration((0.0, 1.0), (0.0, 1.0), {})
HUMBLE = Calibration((0.0, 0.5, 1.0), (0.0, 0.4, 0.8), {"0.05": 0.97, "0.10": 0.9})

SCORES = st.lists(st.floats(-30, 30), min_size=2, max_size=12).map(
    lambda values: np.array(values, np.float32)
)


@given(SCORES)
def test_an_identity_map_is_the_softmax(scores: np.ndarray) -> None:  # type: ignore[type-arg]
    expected = np.exp(scores.astype(float) - scores.max())
    expected = (expected / expected.sum())[1:]
    assert np.allclose(HONEST.probabilities(scores), expected, atol=1e-6)


@given(SCORES)
def test_the_best_stays_best_and_all_leave_room_for_none(scores: np.ndarray) -> None:  # type: ignore[type-arg]
    found = HUMBLE.probabilities(scores)
    assert found.argmax() == scores[1:].argmax() or found.max() == found[scores[1:].argmax()]
    assert ((found >= 0) & (found <= 0.8)).all()
    assert found.max() == pytest.approx(
        np.interp(HONEST.probabilities(scores).max(), HUMBLE.said, HUMBLE.was)
    )


def test_no_candidates_no_probabilities() -> None:
    assert HONEST.probabilities(np.zeros(1, np.float32)).tolist() == []


@pytest.mark.parametrize(
    ("risk", "threshold"), [(0.10, 0.9), (0.07, 0.97), (0.05, 0.97), (0.04, 1.01)]
)
def test_a_risk_between_two_takes_the_stricter(risk: float, threshold: float) -> None:
    assert HUMBLE.threshold(risk) == threshold


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps({"said": [0, 1]}))
    with pytest.raises(InputError, match=r"calibration\.json: not a calibration"):
        load_calibration(path)


def test_the_mixture_adds_both_and_moves_none() -> None:
    mixed = Mixture(0.5, 2.0, -1.0).mix(np.array([2.0, 4.0], np.float32), np.array([1.0, 3.0]))
    assert mixed.tolist() == [2.0, 8.0]
