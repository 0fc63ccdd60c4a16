"""The network in plain numpy: what the driver runs, because nothing starts faster.

The same arithmetic as `judge/network.py` (a test holds them together within 1e-3 of
probability); one conflict at a time, no padding.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from mergeassist.errors import InputError
from mergeassist.judge.encode import Encoded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_MARKS = 3
_NORM_EPSILON = 1e-5


class NumpyRuntime:
    """Scores conflicts from a mapping of weights (names as in `JudgeNetwork.state_dict`)."""

    name = "numpy"

    def __init__(self, weights: Mapping[str, Floats], config: Mapping[str, Any]) -> None:
        self.weights = weights
        self.config = config

    def scores(self, encoded: Encoded, conflict: Floats, candidate: Floats) -> Floats:
        """(1 + candidates,) scores, the first for "none of these".

        `conflict` is (F,), `candidate` (candidates, G).
        """
        known = self._mlp("read_conflict", self._scaled("conflict", conflict)[None])
        offered = self._mlp("read_candidate", self._scaled("candidate", candidate))
        count = len(offered)
        parts = [np.repeat(known, count, 0), offered]
        about, by_text = known, np.zeros(count, np.float32)
        if self.config["text"]:
            fates, summary = self._read(encoded)
            read = np.concatenate([fates, np.repeat(summary, count, 0)], -1)
            hidden = gelu(self._linear("score_text.0", read))
            by_text = self._linear("score_text.2", hidden)[:, 0]
            parts.append(read)
            about = np.concatenate([known, summary], -1)
        joined = self._norm("score.0", np.concatenate(parts, -1))
        hidden = gelu(self._linear("score.1", joined))
        hidden = gelu(self._linear("score.4", hidden))
        found = self._linear("score.6", hidden)[:, 0] + by_text
        none = self._linear("none.2", gelu(self._linear("none.0", about)))[:, 0]
        return np.concatenate([none, found])

    def means(self) -> tuple[Floats, Floats]:
        """(F,) and (G,): the mean of each column of evidence in training."""
        return self.weights["conflict_mean"], self.weights["candidate_mean"]

    def _scaled(self, name: str, values: Floats) -> Floats:
        mean, scale = self.weights[f"{name}_mean"], self.weights[f"{name}_scale"]
        found: Floats = np.clip((values - mean) * scale, -6, 6)
        return found

    def _linear(self, name: str, values: Floats) -> Floats:
        found: Floats = values @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return found

    def _norm(self, name: str, values: Floats) -> Floats:
        mean = values.mean(-1, keepdims=True)
        centred = values - mean
        variance = (centred * centred).mean(-1, keepdims=True)
        normal = centred / np.sqrt(variance + _NORM_EPSILON)
        found: Floats = normal * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return found

    def _mlp(self, name: str, values: Floats) -> Floats:
        return self._linear(f"{name}.3", gelu(self._linear(f"{name}.0", values)))

    def _read(self, encoded: Encoded) -> tuple[Floats, Floats]:
        states = self._encode(encoded)
        region = (encoded.presence > 0) & (encoded.presence < 8)
        weight = sigmoid(self._linear("weigh", states))[:, 0] * region
        total = float(weight.sum())
        values = self._linear("fates", states) * weight[:, None]
        values = values.reshape(len(states), _MARKS, -1)
        fates = sum(
            (encoded.marks == mark).astype(np.float32) @ values[:, mark] for mark in range(_MARKS)
        ) / sqrt(1 + total)
        mean = (weight[:, None] * states).sum(0) / (1e-3 + total)
        summary = self._linear("summary", np.concatenate([states[0], mean])[None])
        return fates, summary

    def _encode(self, encoded: Encoded) -> Floats:
        tables = self.weights
        states: Floats = (
            tables["encoder.pieces.weight"][encoded.ids]
            + tables["encoder.presence.weight"][encoded.presence]
            + tables["encoder.places.weight"][: len(encoded.ids)]
        )
        for at in range(int(self.config["layers"])):
            states = self._block(f"encoder.blocks.{at}", states)
        return self._norm("encoder.norm", states)

    def _block(self, name: str, states: Floats) -> Floats:
        heads = int(self.config["heads"])
        length, width = states.shape
        mixed = self._linear(
            f"{name}.query_key_value", self._norm(f"{name}.norm_attention", states)
        )
        query, key, value = mixed.reshape(length, 3, heads, width // heads).transpose(1, 2, 0, 3)
        attention = softmax(query @ key.transpose(0, 2, 1) / np.float32(sqrt(width // heads)))
        joined = (attention @ value).transpose(1, 0, 2).reshape(length, width)
        states = states + self._linear(f"{name}.out", joined)
        inner = gelu(self._linear(f"{name}.up", self._norm(f"{name}.norm_inner", states)))
        return states + self._linear(f"{name}.down", inner)


def gelu(values: Floats) -> Floats:
    """The tanh form of GELU (Hendrycks and Gimpel, 2016)."""
    inner = np.float32(sqrt(2 / np.pi)) * (values + np.float32(0.044715) * values * values * values)
    found: Floats = np.float32(0.5) * values * (1 + np.tanh(inner))
    return found


def sigmoid(values: Floats) -> Floats:
    """1 / (1 + exp(-x)), by tanh so that nothing overflows."""
    found: Floats = np.float32(0.5) * (1 + np.tanh(np.float32(0.5) * values))
    return found


def softmax(values: Floats) -> Floats:
    """Over the last axis."""
    weights = np.exp(values - values.max(-1, keepdims=True))
    found: Floats = weights / weights.sum(-1, keepdims=True)
    return found


def load(folder: Path, config: Mapping[str, Any]) -> NumpyRuntime:
    """Read `model.safetensors`; half-precision weights are widened.

    Raises `InputError` for a file that does not hold the weights.
    """
    try:
        weights = {
            name.removeprefix("judge."): np.ascontiguousarray(array, np.float32)
            for name, array in load_file(folder / "model.safetensors").items()
        }
    except (OSError, ValueError, SafetensorError) as error:
        raise InputError(
            folder, f"unreadable weights ({error})", "reinstall mergeassist"
        ) from error
    return NumpyRuntime(weights, config)
