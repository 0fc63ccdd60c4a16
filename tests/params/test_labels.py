"""A method with its numbers as a text, and back: what `models verify` relies on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mergeassist.params.policy import Spec
from mergeassist.params.verifying import labelled


@given(st.floats(0.001, 1.0), st.floats(-10.0, 10.0), st.floats(-10.0, 10.0))
def test_every_number_is_read_back_as_it_was(density: float, one: float, other: float) -> None:
    spec = Spec("ties", {"density": (density,), "weight": (one, other), "lambda": (1.0,)})
    assert labelled(spec.label) == spec


def test_a_short_number_stays_short() -> None:
    assert "density=0.4" in Spec("ties", {"density": (0.4,)}).label
