"""Who may set what, and who wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from mergeassist.config import Config, load
from mergeassist.errors import UsageError
from mergeassist.git import settings
from tests.git.real_git import Repo


def test_precedence() -> None:
    layers = {
        "pyproject": {"timeout": 1},
        "git": {"mergeassist.timeout": "2"},
        "environment": {"MERGEASSIST_TIMEOUT": "3"},
        "command_line": {"timeout": "4"},
    }
    assert load() == Config()
    given: dict[str, dict[str, object]] = {}
    for expected, (name, layer) in enumerate(layers.items(), 1):
        given[name] = dict(layer)
        assert load(**given).timeout == expected  # type: ignore[arg-type]


def test_a_repository_raises_the_threshold_and_never_lowers_it() -> None:
    low, high = {"min-probability": 0.1}, {"min-probability": 0.99}
    assert load(pyproject=low).threshold(0.9) == 0.9
    assert load(pyproject=high).threshold(0.9) == 0.99
    own = {"mergeassist.minprobability": "0.5"}
    assert load(pyproject=low, git=own).threshold(0.9) == 0.5
    assert load(pyproject=high, git=own).threshold(0.9) == 0.99


def test_the_policy_for_weights_is_left_to_their_reader() -> None:
    assert load(pyproject={"models": {"method": "ties"}}) == Config()


def test_trust_is_the_users_to_give() -> None:
    trust = {"MERGEASSIST_TRUST_REPOSITORY": "1"}
    low = {"min-probability": 0.1}
    assert load(pyproject=low, environment=trust).threshold(0.9) == 0.1
    with pytest.raises(UsageError, match="trust-repository"):
        load(pyproject={"trust-repository": True})


def test_a_model_of_the_repository_lies_in_it(tmp_path: Path) -> None:
    inside = load(pyproject={"model": "models/m"}, repository=tmp_path)
    assert inside.model == str(tmp_path / "models" / "m")
    (tmp_path / "link").symlink_to("/")
    for outside in ("/m", "../m", "link/m"):
        with pytest.raises(UsageError, match="outside the repository"):
            load(pyproject={"model": outside}, repository=tmp_path)
    chosen = load(pyproject={"model": "/m"}, git={"mergeassist.model": "/mine"},
                  repository=tmp_path)
    assert chosen.model == "/mine"


@pytest.mark.parametrize("value", ["-1", "2", "x", "nan"])
def test_a_value_that_means_nothing(value: str) -> None:
    with pytest.raises(UsageError, match=r"mergeassist\.minprobability \(git config\)"):
        load(git={"mergeassist.minprobability": value})


@pytest.mark.parametrize("key", ["driver", "command", "hooks"])
def test_a_repository_names_no_executable(key: str) -> None:
    with pytest.raises(UsageError, match="not a setting that a repository may make"):
        load(pyproject={key: "rm -rf /"})


def test_layers_are_read_from_where_they_are(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("pyproject.toml", b"[tool.mergeassist]\nmin-probability = 0.97\ntimeout = 3\n")
    repo.git("config", "mergeassist.timeout", "4")
    repo.git("config", "mergeassist.trustRepository", "false")
    found = settings.load(repo.path)
    assert (found.timeout, found.floor, found.trust_repository) == (4.0, 0.97, False)
    monkeypatch.setenv("MERGEASSIST_TIMEOUT", "5")
    assert settings.load(repo.path).timeout == 5
    assert settings.load(repo.path, {"timeout": "6"}).timeout == 6


def test_outside_a_repository(tmp_path: Path) -> None:
    assert settings.load(tmp_path) == Config()


@pytest.mark.parametrize("text", [b"[tool.mergeassist", b"[tool]\nmergeassist = 3\n",
                                  b"mergeassist = \xff"])
def test_a_broken_pyproject_is_named(repo: Repo, text: bytes) -> None:
    repo.write("pyproject.toml", text)
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        settings.load(repo.path)
