"""`--risk` and `mergeassist.risk`: the user states the share that may be wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mergeassist.app import decide
from mergeassist.cli.main import main
from mergeassist.config import Config, load
from mergeassist.errors import UsageError
from mergeassist.judge.calibrate import Calibration


class _Judge:
    """Nothing but a calibration that attained a risk of 0.1 and not of 0.05."""

    calibration = Calibration((0.0, 1.0), (0.0, 1.0), {"0.05": 1.01, "0.10": 0.8, "0.20": 0.6})


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "_judge", _Judge)


@pytest.mark.parametrize(
    ("stated", "expected"), [(None, 0.8), (0.2, 0.6), (0.15, 0.8), (0.05, 1.01), (0.01, 1.01)]
)
def test_a_configured_risk_names_the_threshold(
    judge: None, monkeypatch: pytest.MonkeyPatch, stated: float | None, expected: float
) -> None:
    monkeypatch.setattr(decide, "_config", lambda: Config(risk=stated))
    assert decide._threshold(_Judge()) == expected  # type: ignore[arg-type]
    if stated is not None:
        assert decide.threshold_at(stated) == expected


def test_a_repository_may_still_ask_for_more(
    judge: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide, "_config", lambda: Config(risk=0.2, floor=0.9))
    assert decide._threshold(_Judge()) == 0.9  # type: ignore[arg-type]


def test_the_higher_layer_chooses_between_risk_and_probability() -> None:
    probability = {"mergeassist.minprobability": "0.7"}
    chosen = load(git=probability, environment={"MERGEASSIST_RISK": "0.2"})
    assert (chosen.min_probability, chosen.risk) == (None, 0.2)
    chosen = load(git={"mergeassist.risk": "0.2"}, environment={"MERGEASSIST_MIN_PROBABILITY": "1"})
    assert (chosen.min_probability, chosen.risk) == (1.0, None)
    with pytest.raises(UsageError, match="both set"):
        load(git=probability | {"mergeassist.risk": "0.2"})
    for bad in ("0", "1", "-0.1", "nan", "much"):
        with pytest.raises(UsageError, match="risk"):
            load(git={"mergeassist.risk": bad})
    with pytest.raises(UsageError, match="repository may make"):
        load(pyproject={"risk": 0.5})


def _versions(folder: Path) -> list[str]:
    texts = {"base": "a\nb\nc\n", "ours": "a\nours\nc\n", "theirs": "a\ntheirs\nc\n"}
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)
    return [str(folder / f"{name}.txt") for name in texts]


def test_what_was_not_attained_accepts_nothing_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["merge", *_versions(tmp_path), "--json"]
    assert main([*words, "--risk", "0.0001"]) == 1
    output, error = capsys.readouterr()
    assert "--risk 0.0001 was not attained in calibration: nothing is accepted" in error
    assert all(hunk["accepted"] is False for hunk in json.loads(output)["conflicts"])


@pytest.mark.parametrize("command", ["merge", "resolve", "evaluate", "preview", "batch"])
def test_two_thresholds_are_one_too_many(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"merge": ["a", "b", "c"], "evaluate": ["x"], "preview": ["x"]}.get(command, [])
    assert main([command, *words, "--risk", "0.1", "--min-probability", "0.9"]) == 2
    assert "not allowed with" in capsys.readouterr().err
    assert main([command, *words, "--risk", "1.5"]) == 2
