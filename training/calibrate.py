"""Fit temperature, monotone map and acceptance thresholds on the valid split.

    python -m training.calibrate training/out/data training/out/run models/judge

The calibration error printed is cross-fitted: each valid repository is measured with a map
fitted on the others, as for a repository never seen.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.isotonic import IsotonicRegression

from mergeassist.judge.calibrate import Calibration
from mergeassist.judge.network import JudgeNetwork, NetworkConfig
from training.data import Dataset
from training.metrics import calibration_error, coverage_at
from training.train import predict

Array = np.ndarray[Any, Any]
RISKS = (0.02, 0.05, 0.10, 0.15, 0.20)


def load_network(run: Path) -> JudgeNetwork:
    """The network of a run's last checkpoint."""
    network = JudgeNetwork(NetworkConfig(**json.loads((run / "network.json").read_text())))
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    network.load_state_dict(state["network"])
    return network.eval()


def best_temperature(scores: list[Array], data: Dataset) -> float:
    """The temperature with the least negative log-likelihood of right-or-none."""

    def loss(temperature: float) -> float:
        total = 0.0
        for row, values in enumerate(scores):
            start = data.candidate_start[row]
            right = data.arrays["right"][start : start + data.count[row]]
            raw = np.exp((values - values.max()) / temperature)
            raw /= raw.sum()
            total -= np.log(max(raw[1:][right].sum() if right.any() else raw[0], 1e-9))
        return total / len(scores)

    return float(min(np.arange(0.7, 2.01, 0.05), key=loss))


def tops(scores: list[Array], data: Dataset, temperature: float) -> tuple[Array, Array]:
    """Uncalibrated probability of the best candidate, and whether it is right."""
    said, right = [], []
    for row, values in enumerate(scores):
        raw = np.exp((values - values.max()).astype(np.float64) / temperature)
        raw /= raw.sum()
        best = int(raw[1:].argmax())
        said.append(raw[1 + best])
        right.append(data.arrays["right"][data.candidate_start[row] + best])
    return np.array(said), np.array(right, float)


def weights_by_repository(repository: Array) -> Array:
    """So that a repository counts by the root of its size, not by its size."""
    counts = np.bincount(repository)
    return 1 / np.sqrt(counts[repository])


def fit_map(said: Array, right: Array, weight: Array, bins: int = 24) -> tuple[Array, Array]:
    """Knots of a monotone map: isotonic regression over equally filled bins."""
    order = np.argsort(said, kind="stable")
    groups = np.array_split(order, bins)
    x = np.array([np.average(said[g], weights=weight[g]) for g in groups])
    y = np.array([np.average(right[g], weights=weight[g]) for g in groups])
    smooth = IsotonicRegression(y_min=0.0, y_max=0.995).fit_transform(x, y)
    return np.concatenate([[0.0], x, [1.0]]), np.concatenate([[0.0], smooth, [smooth[-1]]])


def thresholds(probability: Array, right: Array, repository: Array) -> dict[str, float]:
    """For each risk the least threshold whose error stays below it.

    Error is the larger of the pooled share of wrong answers among those accepted (with one
    wrong answer added, as in split conformal risk control) and the mean over repositories
    with ten accepted or more.
    """
    found: dict[str, float] = {}
    for risk in RISKS:
        best = 1.01
        for threshold in np.unique(np.round(probability, 3))[::-1]:
            accepted = probability >= threshold
            if accepted.sum() < 30:
                continue
            wrong = 1 - right[accepted]
            pooled = (wrong.sum() + 1) / (len(wrong) + 1)
            shares = [
                wrong[repository[accepted] == r].mean()
                for r in np.unique(repository)
                if (repository[accepted] == r).sum() >= 10
            ]
            if max(pooled, float(np.mean(shares)) if shares else 1.0) > risk:
                break
            best = float(threshold)
        found[f"{risk:.2f}"] = best
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("model", type=Path)
    args = parser.parse_args()
    valid = Dataset(args.data / "valid")
    scores = predict(load_network(args.run), valid)
    temperature = best_temperature(scores, valid)
    said, right = tops(scores, valid, temperature)
    weight = weights_by_repository(valid.repository)
    held_out = np.empty_like(said)
    for repository in np.unique(valid.repository):
        mine = valid.repository == repository
        x, y = fit_map(said[~mine], right[~mine], weight[~mine])
        held_out[mine] = np.interp(said[mine], x, y)
    print(
        f"temperature {temperature:.2f}; calibration error raw "
        f"{calibration_error(said, right):.4f}, cross-fitted "
        f"{calibration_error(held_out, right):.4f}"
    )
    x, y = fit_map(said, right, weight)
    probability = np.interp(said, x, y)
    found = thresholds(probability, right, valid.repository)
    for level in (0.85, 0.90, 0.95):
        print(f"share at {level:.2f}: {coverage_at(said, right, level):.4f}")
    for risk, threshold in found.items():
        accepted = probability >= threshold
        precision = right[accepted].mean() if accepted.any() else float("nan")
        print(
            f"risk {risk}: threshold {threshold:.3f} accepts {accepted.mean():.4f} "
            f"at precision {precision:.4f}"
        )
    calibration = Calibration(temperature, tuple(x), tuple(y), found)
    path = args.model / "calibration.json"
    path.write_text(
        json.dumps(
            {
                "temperature": temperature,
                "said": [round(float(v), 5) for v in calibration.said],
                "was": [round(float(v), 5) for v in calibration.was],
                "thresholds": found,
            },
            indent=1,
        )
    )
    print(path)


if __name__ == "__main__":
    main()
