"""Fit the mixture, the monotone map and the acceptance thresholds.

    python -m training.calibrate training/out/data training/out/run models/judge --outside FILE

The mixture is fitted on the valid split, map and thresholds on valid and on what `training.outside`
says of the train split's repositories.  The calibration error printed is cross-fitted: each valid
repository is measured with a map fitted without it, as for a repository never seen.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import torch
from sklearn.isotonic import IsotonicRegression

from mergeassist.judge.model import Mixture
from mergeassist.judge.neighbours import PULLS, shifts
from mergeassist.judge.network import JudgeNetwork, NetworkConfig
from training.data import Dataset
from training.metrics import calibration_error
from training.train import figures, predict
from training.trees import scores_of

Array = np.ndarray[Any, Any]
RISKS = (0.02, 0.05, 0.10, 0.15, 0.20)
_MOST = 0.8  # the share of repositories in which a risk has to be kept


def load_network(run: Path) -> JudgeNetwork:
    """The network of a run's last checkpoint."""
    network = JudgeNetwork(NetworkConfig(**json.loads((run / "network.json").read_text())))
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    network.load_state_dict(state["network"])
    return network.eval()


def forest_scores(paths: list[Path], data: Dataset) -> list[Array]:
    """The mean of several LightGBM models' scores, (1 + K,) a conflict."""
    every = [scores_of(lightgbm.Booster(model_file=str(path)), data) for path in paths]
    return [np.mean(parts, axis=0) for parts in zip(*every, strict=True)]


def fit_mixture(scores: list[Array], by_trees: list[Array], data: Dataset) -> Mixture:
    """Weights of network and trees, and an offset of "none", with the least negative
    log-likelihood of right-or-none; three numbers on all conflicts of the valid split."""
    most = int(data.count.max()) + 1
    network = torch.full((len(data), most), -1e4)
    trees = torch.zeros(len(data), most)
    right = torch.zeros(len(data), most, dtype=torch.bool)
    for row in range(len(data)):
        count, start = int(data.count[row]), data.candidate_start[row]
        network[row, : 1 + count] = torch.from_numpy(scores[row])
        trees[row, : 1 + count] = torch.from_numpy(by_trees[row])
        right[row, 1 : 1 + count] = torch.from_numpy(data.arrays["right"][start : start + count])
    right[:, 0] = ~right.any(1)
    padding = network <= -1e4
    weights = torch.tensor([0.7, 0.3, 0.0], requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        mixed = weights[0] * network + weights[1] * trees
        mixed = torch.cat([mixed[:, :1] + weights[2], mixed[:, 1:]], 1).masked_fill(padding, -1e4)
        good = torch.logsumexp(mixed.masked_fill(~right, -1e4), 1)
        loss = (torch.logsumexp(mixed, 1) - good).mean()
        loss.backward()
        return loss

    optimiser.step(closure)
    return Mixture(*(round(float(w), 4) for w in weights.detach()))


def with_neighbours(scores: list[Array], data: Dataset, folder: Path) -> list[Array]:
    """The scores as `judge_file` gives them, from the arrays of one split."""
    columns = [len(data.schema.candidate) + data.schema.sources.index(p) for p in PULLS]
    takes = [np.zeros((len(one), len(columns))) for one in scores]
    for row, found in enumerate(takes):
        start = data.candidate_start[row]
        found[1:] = data.arrays["candidate"][start : start + data.count[row], columns]
    moved = list(scores)
    files = files_of(folder)
    order = np.argsort(files, kind="stable")
    for file in np.split(order, np.nonzero(np.diff(files[order]))[0] + 1):
        pulled = shifts([scores[at].astype(np.float64) for at in file], [takes[at] for at in file])
        for at, shift in zip(file, pulled, strict=True):
            moved[at] = scores[at] + shift
    return moved


def files_of(folder: Path) -> Array:
    """One number a conflict, the same for the conflicts of one file."""
    parts, above = [], 0
    for path in sorted(p for p in folder.glob("*.npz") if not p.name.endswith(".tmp.npz")):
        number = np.load(path)["number"].astype(np.int64)
        parts.append(number + above)
        above += int(number.max()) + 1
    return np.concatenate(parts)


def tops(scores: list[Array], data: Dataset) -> tuple[Array, Array]:
    """Uncalibrated probability of the best candidate, and whether it is right."""
    said, right = [], []
    for row, values in enumerate(scores):
        raw = np.exp((values - values.max()).astype(np.float64))
        raw /= raw.sum()
        best = int(raw[1:].argmax())
        said.append(raw[1 + best])
        right.append(data.arrays["right"][data.candidate_start[row] + best])
    return np.array(said), np.array(right, float)


def weights_by_repository(repository: Array) -> Array:
    """So that a repository counts by the root of its size, not by its size."""
    counts = np.bincount(repository)
    return 1 / np.sqrt(counts[repository])


def fit_map(said: Array, right: Array, weight: Array, bins: int = 40) -> tuple[Array, Array]:
    """Knots of a monotone map: isotonic regression over equally filled bins."""
    order = np.argsort(said, kind="stable")
    groups = np.array_split(order, bins)
    x = np.array([np.average(said[g], weights=weight[g]) for g in groups])
    y = np.array([np.average(right[g], weights=weight[g]) for g in groups])
    smooth = IsotonicRegression(y_min=0.0, y_max=0.995).fit_transform(x, y)
    smooth = 0.98 * smooth + 0.02 * x  # no plateaus: a threshold must be able to cut anywhere
    return np.concatenate([[0.0], x, [1.0]]), np.concatenate([[0.0], smooth, [smooth[-1]]])


def thresholds(probability: Array, right: Array, repository: Array) -> dict[str, float]:
    """For each risk the least threshold whose error stays below it in most repositories.

    Error is the larger of the pooled share of wrong answers among those accepted (with one
    wrong answer added, as in split conformal risk control) and its `_MOST`-quantile over
    the repositories with ten accepted or more: repositories differ by more than their mean
    says, and a user has one of them.
    """
    order = np.argsort(-probability, kind="stable")
    probability, right, repository = probability[order], right[order], repository[order]
    steps = np.unique(np.round(probability, 3))[::-1]
    found = {f"{risk:.2f}": 1.01 for risk in RISKS}
    open_risks = list(RISKS)
    for threshold in steps:
        count = int(np.searchsorted(-probability, -threshold, side="right"))
        if count < 30:
            continue
        wrong, where = 1 - right[:count], repository[:count]
        accepted, failed = np.bincount(where), np.bincount(where, weights=wrong)
        shares = failed[accepted >= 10] / accepted[accepted >= 10]
        pooled = (wrong.sum() + 1) / (count + 1)
        error = max(pooled, float(np.quantile(shares, _MOST)) if len(shares) else 1.0)
        for risk in open_risks.copy():
            if error <= risk:
                found[f"{risk:.2f}"] = float(threshold)
            elif found[f"{risk:.2f}"] <= 1:
                open_risks.remove(risk)  # the first threshold that fails ends the search
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--trees", type=Path, nargs="+", help="trees.txt, averaged and mixed in")
    parser.add_argument("--outside", type=Path, help="what training.outside has written")
    args = parser.parse_args()
    valid = Dataset(args.data / "valid")
    scores = predict(load_network(args.run), valid)
    print("network alone", json.dumps(figures(valid, scores)))
    mixture = Mixture()
    if args.trees:
        by_trees = forest_scores(args.trees, valid)
        print("trees alone", json.dumps(figures(valid, by_trees)))
        mixture = fit_mixture(scores, by_trees, valid)
        scores = [mixture.mix(s, t) for s, t in zip(scores, by_trees, strict=True)]
        print("mixed", mixture, json.dumps(figures(valid, scores)))
        config = json.loads((args.model / "config.json").read_text())
        config["mixture"] = mixture._asdict()
        (args.model / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    scores = with_neighbours(scores, valid, args.data / "valid")
    print("with neighbours", json.dumps(figures(valid, scores)))
    said, right = tops(scores, valid)
    repository = valid.repository
    if args.outside:  # its repositories are numbered after valid's
        wide = np.load(args.outside)
        said, right = np.append(said, wide["said"]), np.append(right, wide["right"])
        repository = np.append(repository, wide["repository"] + repository.max() + 1)
    weight = weights_by_repository(repository)
    ours = np.arange(len(said)) < len(valid)
    held_out = np.empty(len(valid))
    for number in np.unique(valid.repository):
        mine = repository == number
        x, y = fit_map(said[~mine], right[~mine], weight[~mine])
        held_out[mine[ours]] = np.interp(said[mine], x, y)
    print(
        f"calibration error on valid raw {calibration_error(said[ours], right[ours]):.4f}, "
        f"cross-fitted {calibration_error(held_out, right[ours]):.4f}"
    )
    x, y = fit_map(said, right, weight)
    probability = np.interp(said, x, y)
    found = thresholds(probability, right, repository)
    for risk, threshold in found.items():
        accepted = probability[ours] >= threshold
        precision = right[ours][accepted].mean() if accepted.any() else float("nan")
        print(
            f"risk {risk}: threshold {threshold:.3f} accepts {accepted.mean():.4f} of valid "
            f"at precision {precision:.4f}"
        )
    path = args.model / "calibration.json"
    fitted = {
        "said": [round(float(v), 5) for v in x],
        "was": [round(float(v), 5) for v in y],
        "thresholds": found,
    }
    path.write_text(json.dumps(fitted, indent=1) + "\n")
    print(path)


if __name__ == "__main__":
    main()
