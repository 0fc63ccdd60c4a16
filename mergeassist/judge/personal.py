"""What a repository's own merges taught: a learned shift of the judge's scores.

The shipped judge is the same for everyone.  On top of it stands a nested logit (McFadden 1978) of
the features below: one small weight vector a *key* shifts the candidates against each other and,
apart from that, "none of these" against all of them, so that merges in which nothing offered was
right do not turn the order of candidates elsewhere.  Keys are this path, its directory, files of
this name, of this ending, merges by this person, merges of this kind (what comes into what).  It
is learned online, one step a merge, in the order of time (stochastic gradient on the
log-likelihood of what was committed, as in Bottou 2010), starts at nothing and forgets slowly, so
that a young repository is judged as before.

How much of either shift counts is learned too: shares of none, half and all of it are weighed by
how well each foretold the merges so far (exponential weights with a fixed share, Herbster and
Warmuth 1998), for in a few repositories the past misleads.

Pure: the index stores the weights (`git/index_store`), `learn` and `backtest` feed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mergeassist.core.outcome import Proposal
from mergeassist.core.tokens import trimmed
from mergeassist.judge.evidence import Evidence
from mergeassist.judge.evidence.past import merge_evidence
from mergeassist.propose.context import Context

if TYPE_CHECKING:
    from numpy.typing import NDArray

# kind of key -> step size; these and what follows were chosen outside the fold (training/LOG.md)
RATES = {
    "path": 0.13, "author": 0.1, "ending": 0.05, "name": 0.065, "directory": 0.05, "kind": 0.065,
}  # fmt: skip
NONE_STEP = 2.0  # times those, for the weight of "none of these"
_KIND = (
    "is_pull_request", "is_remote-tracking_branch", "is_branch", "theirs_main", "ours_main",
    "theirs_release", "ours_release", "forward",
)  # fmt: skip
DECAY = 0.99  # of a key's weights at each merge that meets the key
LONGEST = 0.3  # step of a weight; else one merge of hundreds of conflicts decides for good
_FLAGS = ("line-ours", "line-theirs", "line-ours-theirs", "line-theirs-ours")
_SHARES = (
    "ours_kept", "theirs_kept", "base_kept", "ours_added_kept", "theirs_added_kept",
    "ours_deleted_kept", "theirs_deleted_kept",
)  # fmt: skip
FEATURES = (*_FLAGS, *_SHARES, "none", "said")
TRUST = "trust:"  # the key that holds the logs of what the shares weigh, for both shifts
_SHARES_OF_SHIFT, _PRIOR = np.array([0.0, 0.5, 1.0]), np.array([0.2, 0.3, 0.5])
_FIXED_SHARE = 0.03  # of the weight that returns to the prior at each merge
_SAID = 0.3  # scale of the judge's own log-probability, which lets a key correct its confidence


class Observation(NamedTuple):
    """One decided conflict: its keys, features (1 + K, len(FEATURES)), the judge's own scores
    (1 + K,) and which of "none of these" and the K candidates is what was committed."""

    keys: tuple[str, ...]
    features: NDArray[np.float64]
    scores: NDArray[np.float64]
    right: NDArray[np.bool_]


def keys_of(context: Context) -> tuple[str, ...]:
    """The keys of one file in one merge, each as `kind:value`; unknown ones are left out."""
    directory, _, name = context.path.rpartition("/")
    values = {
        "path": context.path,
        "author": (context.authors or ("",))[0],
        "ending": name.rpartition(".")[2] if "." in name else "",
        "name": name,
        "directory": directory,
        "kind": _kind(context),
    }
    return tuple(f"{kind}:{values[kind]}" for kind in RATES if values[kind])


def _kind(context: Context) -> str:
    """What comes into what, as the message says: a digit for each of `_KIND`."""
    if not context.message:
        return ""
    found = merge_evidence(context)
    return "".join(str(int(found[name] > 0)) for name in _KIND)


def features(evidence: Evidence, scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """(1 + K, len(FEATURES)): "none of these" first, then the candidates."""
    found = np.zeros((1 + len(evidence.candidates), len(FEATURES)))
    rows = zip(evidence.candidates, evidence.sources, strict=True)
    for at, (row, sources) in enumerate(rows, start=1):
        found[at, : len(_FLAGS)] = [flag in sources for flag in _FLAGS]
        found[at, len(_FLAGS) : -2] = [row[name] for name in _SHARES]
    found[0, -2] = 1.0
    found[1:, -1] = confidence(scores.astype(np.float64))
    return found


def confidence(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K,): the candidates' feature "said", the judge's own log-probability, scaled and bounded,
    from all scores (1 + K,)."""
    found: NDArray[np.float64] = _SAID * np.clip(np.log(softmax(scores)[1:]), -6.0, 0.0)
    return found


def right_of(proposals: Sequence[Proposal], truth: bytes) -> NDArray[np.bool_]:
    """(1 + K,): which proposals are `truth` after trimming; the first where none is."""
    goal = trimmed(truth)
    good = [trimmed(proposal.text) == goal for proposal in proposals]
    return np.array([not any(good), *good])


class Personal:
    """The weights learned so far: `kind:value` -> (len(FEATURES),) float64."""

    def __init__(self, weights: Mapping[str, NDArray[np.float64]] | None = None) -> None:
        self.weights: dict[str, NDArray[np.float64]] = dict(weights or {})

    @property
    def trust(self) -> tuple[float, float]:
        """The shares, 0 to 1, of the shifts that count: among candidates, and of "none"."""
        among, none = self._shares() @ _SHARES_OF_SHIFT
        return float(among), float(none)

    def shift(
        self, keys: Iterable[str], values: NDArray[np.float64], scores: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(1 + K,) to be added to the judge's `scores`; zeros where no key is known."""
        among, none = self.trust
        whole = self._whole_shift(keys, values)
        return _nested(scores, np.append(none * whole[0], among * whole[1:]))

    def _shares(self) -> NDArray[np.float64]:
        """(2, shares): how much each weighs, among candidates and for "none"."""
        known = self.weights.get(TRUST)
        if known is None:
            return np.stack([_PRIOR, _PRIOR])
        return np.stack([softmax(row) for row in known[: 2 * len(_PRIOR)].reshape(2, -1)])

    def _whole_shift(self, keys: Iterable[str], values: NDArray[np.float64]) -> NDArray[np.float64]:
        known = [self.weights[key] for key in keys if key in self.weights]
        return values @ np.sum(known, axis=0) if known else np.zeros(len(values))

    def learn(self, merge: Sequence[Observation]) -> None:
        """One step from all decided conflicts of one merge.

        All gradients are taken at the weights from before the merge: none of its conflicts
        may teach another.
        """
        slopes: dict[str, NDArray[np.float64]] = {}
        counts: dict[str, int] = {}
        losses = np.zeros((2, len(_PRIOR)))
        for one in merge:
            whole = self._whole_shift(one.keys, one.features)
            losses += np.transpose([_losses(one, share * whole) for share in _SHARES_OF_SHIFT])
            slope = _slope(one, whole)
            for key in one.keys:
                slopes[key] = slopes.get(key, 0.0) + slope
                counts[key] = counts.get(key, 0) + 1
        for key, slope in slopes.items():
            step = RATES[key.partition(":")[0]] * slope / sqrt(counts[key])
            old = self.weights.get(key, np.zeros(len(FEATURES)))
            self.weights[key] = DECAY * old + np.clip(step, -LONGEST, LONGEST)
        if merge:
            self._weigh(losses / sqrt(len(merge)))

    def _weigh(self, losses: NDArray[np.float64]) -> None:
        """Move the shares' weights by their losses, (2, shares)."""
        rows = [softmax(row) for row in np.log(self._shares()) - losses]
        mixed = (1 - _FIXED_SHARE) * np.concatenate(rows) + _FIXED_SHARE * np.tile(_PRIOR, 2)
        self.weights[TRUST] = np.append(np.log(mixed), np.zeros(len(FEATURES) - len(mixed)))


def _nested(scores: NDArray[np.float64], moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """(1 + K,): `moved` less what would change the candidates' probability as a whole."""
    before, after = np.logaddexp.reduce([scores[1:], scores[1:] + moved[1:]], axis=1)
    return np.append(moved[0], moved[1:] - (after - before))


def _slope(one: Observation, whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """(len(FEATURES),): of the log-probability of what was committed, "none" `NONE_STEP` fold."""
    said = softmax(one.scores + _nested(one.scores, whole))
    goal = np.where(one.right, said, 0.0)
    goal /= max(goal.sum(), 1e-12)
    slope: NDArray[np.float64] = NONE_STEP * (goal[0] - said[0]) * one.features[0]
    if not one.right[0]:
        slope = slope + (goal[1:] - said[1:] / said[1:].sum()) @ one.features[1:]
    return slope


def _losses(one: Observation, moved: NDArray[np.float64]) -> tuple[float, float]:
    """Minus the log-probabilities of the right candidate among all, and of some or none."""
    said = np.maximum(softmax(one.scores + _nested(one.scores, moved)), 1e-12)
    if one.right[0]:
        return 0.0, -float(np.log(said[0]))
    some = said[1:].sum()
    return -float(np.log(said[one.right].sum() / some)), -float(np.log(some))


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of one conflict's scores."""
    weights = np.exp(scores - scores.max())
    found: NDArray[np.float64] = weights / weights.sum()
    return found
