"""What the user has set, and who may set what.

Precedence: command line > environment (`MERGEASSIST_*`) > git configuration (`mergeassist.*`)
> `[tool.mergeassist]` in `pyproject.toml` > defaults.  `pyproject.toml` travels with the
repository, so it comes from people the user may not know: it cannot name a model outside the
repository, nor lower the probability from which a resolution is accepted, unless the user has
set `mergeassist.trustRepository` (or `MERGEASSIST_TRUST_REPOSITORY=1`).  No layer names an
executable.  Nothing here runs git or reads the environment by itself: `git/settings.py` does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mergeassist.errors import UsageError

POLICIES = ("judge", "structural")
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off", "")


class Config(NamedTuple):
    """Effective settings.

    `min_probability` is the user's own threshold (`None`: the judge's calibrated one); `risk` the
    share of wrong answers among those accepted that four of five repositories keep with the
    calibrated one (`None`: 0.1);
    `floor` the least that the repository asks for, which holds on top of either.  `policy` says
    who decides: the `judge`, or `structural` merges alone (docs/structural.md).
    """

    min_probability: float | None = None
    floor: float = 0.0
    timeout: float = 10.0
    model: str | None = None
    trust_repository: bool = False
    policy: str = "judge"
    risk: float | None = None
    worker: bool = True

    def threshold(self, calibrated: float) -> float:
        """The probability from which a proposal is accepted."""
        chosen = calibrated if self.min_probability is None else self.min_probability
        return max(chosen, self.floor)


def _probability(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError("must be between 0 and 1")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not (value > 0 and math.isfinite(value)):
        raise ValueError("must be a positive number of seconds")
    return value


def _truth(text: str) -> bool:
    word = text.lower()
    if word not in _TRUE + _FALSE:
        raise ValueError("must be true or false")
    return word in _TRUE


def _policy(text: str) -> str:
    if text not in POLICIES:
        raise ValueError(f"must be one of {', '.join(POLICIES)}")
    return text


def _risk(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise ValueError("must be between 0 and 1")
    return value


_PARSERS: dict[str, Callable[[str], Any]] = {
    "min_probability": _probability,
    "timeout": _seconds,
    "model": str,
    "trust_repository": _truth,
    "policy": _policy,
    "risk": _risk,
    "worker": _truth,  # of the driver, which reads it itself (`_driver.py`)
}
_OF_REPOSITORY = ("min_probability", "timeout", "model")
_WEIGHTS = "models"  # how checkpoints merge: `params/policy.py` reads it


def load(
    *,
    command_line: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    git: Mapping[str, str] | None = None,
    pyproject: Mapping[str, Any] | None = None,
    repository: Path | None = None,
) -> Config:
    """Put the layers together.

    `command_line` is keyed by field name, `environment` is the process's, `git` holds
    lower-cased configuration keys, `pyproject` the table `[tool.mergeassist]` found in
    `repository`.  Raises `UsageError` for a value that means nothing or is not allowed.
    """
    own: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, parse in _PARSERS.items():
        for origin, layer, key in (
            ("command line", command_line, name),
            ("environment", environment, f"MERGEASSIST_{name.upper()}"),
            ("git config", git, f"mergeassist.{name.replace('_', '')}"),
        ):
            if layer and key in layer:
                own[name] = _parsed(parse, layer[key], f"{key} ({origin})")
                origins[name] = origin
                break
    _choose_threshold(own, origins)
    shared = _of_repository(pyproject or {})
    if own.get("trust_repository"):
        return Config(**{**shared, **own})
    floor = shared.pop("min_probability", 0.0)
    if "model" in shared and "model" not in own:
        shared["model"] = _inside(shared["model"], repository)
    return Config(**{**shared, **own}, floor=floor)


def _choose_threshold(own: dict[str, Any], origins: Mapping[str, str]) -> None:
    """A probability and a risk are two answers to one question: the higher layer's counts."""
    if "risk" not in own or "min_probability" not in own:
        return
    layers = ("command line", "environment", "git config")
    first, second = (layers.index(origins[name]) for name in ("risk", "min_probability"))
    if first == second:
        raise UsageError(f"risk and min_probability are both set ({origins['risk']}); unset one")
    del own["min_probability" if first < second else "risk"]


def _of_repository(table: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name == _WEIGHTS:
            continue
        if name not in _OF_REPOSITORY:
            raise UsageError(f"pyproject.toml: tool.mergeassist.{key} is not a setting that a "
                             f"repository may make; these are: "
                             f"{', '.join(n.replace('_', '-') for n in _OF_REPOSITORY)}")
        values[name] = _parsed(_PARSERS[name], str(value), f"tool.mergeassist.{key}")
    return values


def _inside(model: str, repository: Path | None) -> str:
    """The path of a model that the repository names, which must lie in the repository."""
    if repository is not None:
        path = (repository / model).resolve()
        if path.is_relative_to(repository.resolve()):
            return str(path)
    raise UsageError(f"pyproject.toml: tool.mergeassist.model {model!r} is outside the repository; "
                     "set it with git config mergeassist.model if you trust it")


def _parsed(parse: Callable[[str], Any], text: str, where: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise UsageError(f"{where}: {text!r} {error}") from error
