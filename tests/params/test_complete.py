"""`models merge --git` in real conflicted repositories, growing vocabularies, agreement."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mergeassist.cli import models
from mergeassist.params.lfs import Store, parse_pointer
from tests.params.samples import load, noise, save
from tests.params.test_commands import command

NAMES = [f"model.layers.{i}.w" for i in range(3)]
BASE = {"model.embed_tokens.weight": noise(9, 6, 8)} | {
    name: noise(i, 8, 8) for i, name in enumerate(NAMES)
}
TOKENS = ["<pad>", "a", "b", "c", "d", "e"]


def git(folder: Path, *args: str, check: bool = True) -> str:
    environment = {
        **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
    }  # fmt: skip
    done = subprocess.run(["git", *args], cwd=folder, check=check, text=True, capture_output=True,
                          env=environment)  # fmt: skip
    return done.stdout


def tokenizer(added: list[str]) -> dict[str, Any]:
    entries = [{"id": len(TOKENS) + i, "content": t, "special": True} for i, t in enumerate(added)]
    vocabulary = {token: i for i, token in enumerate(TOKENS)}
    model = {"type": "WordLevel", "vocab": vocabulary}
    return {"version": "1.0", "added_tokens": entries, "model": model}


def write(
    folder: Path, arrays: dict[str, np.ndarray], shards: int, added: list[str] | None = None,
    **config: Any,
) -> None:  # fmt: skip
    """A model in so many shards, with index, configuration and tokenizer."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.safetensors*"):
        old.unlink()
    where = {}
    for i in range(shards):
        name = f"model-{i + 1:05}-of-{shards:05}.safetensors"
        part = dict(list(arrays.items())[i::shards])
        save(folder / name, part, {"format": "pt"})
        where |= dict.fromkeys(part, name)
    total = sum(a.nbytes for a in arrays.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(where.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2))
    rows = arrays["model.embed_tokens.weight"].shape[0]
    settings = {"vocab_size": rows, "num_hidden_layers": 3, "hidden_size": 8, **config}
    (folder / "config.json").write_text(json.dumps(settings, indent=2))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(added or []), indent=2))


def changed(*names: str, scale: float = 0.02) -> dict[str, np.ndarray]:
    return {n: a + noise(hash(n) % 97, *a.shape, scale=scale) if n in names else a
            for n, a in BASE.items()}  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    monkeypatch.chdir(root)
    return root


def diverge(root: Path, *sides: Any) -> None:
    """Three writers make base, ours (main) and theirs (topic); then they are merged."""
    branches = (("main", "main"), ("main", "ours"), ("main", "topic"))
    for (start, branch), make in zip(branches, sides, strict=True):
        if branch != "main":
            git(root, "checkout", "-q", "-b", branch, start)
        make()
        git(root, "add", "-A")
        git(root, "commit", "-qm", branch)
    git(root, "checkout", "-q", "ours")
    git(root, "merge", "-q", "topic", check=False)
    assert git(root, "ls-files", "-u")


def read(folder: Path) -> dict[str, np.ndarray]:
    index = json.loads((folder / "model.safetensors.index.json").read_text())["weight_map"]
    found = {}
    for shard in sorted(set(index.values())):
        part = load(folder / shard)
        assert sorted(part) == sorted(name for name, place in index.items() if place == shard)
        found |= part
    return found


def test_shards_conflict_and_theirs_cut_them_anew(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = repository / "m"
    ours, theirs = changed(NAMES[0], NAMES[1]), changed(NAMES[2])
    theirs[NAMES[1]] = BASE[NAMES[1]] + noise(50, 8, 8, scale=0.02)
    diverge(
        repository,
        lambda: write(folder, BASE, 2),
        lambda: write(folder, ours, 2, use_cache=False),
        lambda: write(folder, theirs, 3, torch_dtype="float32"),
    )
    assert command("merge", "--git") == 0
    assert git(repository, "ls-files", "-u") == ""
    found = read(folder)
    assert (found[NAMES[0]] == ours[NAMES[0]]).all()
    assert (found[NAMES[2]] == theirs[NAMES[2]]).all()
    np.testing.assert_allclose(found[NAMES[1]], (ours[NAMES[1]] + theirs[NAMES[1]]) / 2, rtol=1e-6)
    assert len(list(folder.glob("*.safetensors"))) == 3
    config = json.loads((folder / "config.json").read_text())
    assert config["use_cache"] is False
    assert config["torch_dtype"] == "float32"
    git(repository, "commit", "-qm", "merged")
    assert git(repository, "status", "--porcelain") == ""
    records = sorted((repository / ".git/mergeassist/records").glob("*.json"))
    assert command("verify", records[-1]) == 0
    record = json.loads(records[-1].read_text())
    record["output"]["blobs"]["config.json"] = "0" * 40
    records[-1].write_text(json.dumps(record))
    assert command("verify", records[-1]) == 1
    assert "is not the recorded one" in capsys.readouterr().err


def test_a_folder_that_cannot_be_merged_stays_as_git_left_it(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = repository / "m"
    diverge(
        repository,
        lambda: write(folder, BASE, 2),
        lambda: write(folder, changed(NAMES[0]), 2, rope_theta=1.0),
        lambda: write(folder, changed(NAMES[0], scale=0.03), 2, rope_theta=2.0),
    )
    before = git(repository, "ls-files", "-s", "-u"), git(repository, "status", "--porcelain")
    assert command("merge", "--git") == 1
    assert "rope_theta" in capsys.readouterr().err
    after = git(repository, "ls-files", "-s", "-u"), git(repository, "status", "--porcelain")
    assert before == after
    assert not list((repository / ".git/mergeassist").glob("complete-*"))


def test_both_sides_add_tokens(repository: Path) -> None:
    folder, name = repository / "m", "model.embed_tokens.weight"
    ours, theirs = changed(NAMES[0]), changed(NAMES[1])
    ours[name] = np.vstack([BASE[name], noise(70, 2, 8)])
    theirs[name] = np.vstack([BASE[name] + noise(3, 6, 8, scale=0.01), noise(71, 3, 8)])
    diverge(
        repository,
        lambda: write(folder, BASE, 1),
        lambda: write(folder, ours, 1, ["<x>", "<both>"]),
        lambda: write(folder, theirs, 1, ["<both>", "<y>", "<z>"]),
    )
    assert command("merge", "--git") == 0
    rows = read(folder)[name]
    assert (rows[:6] == theirs[name][:6]).all()
    assert (rows[6:8] == ours[name][6:]).all()
    # <both> keeps ours' row; <y> and <z> are theirs' eighth and ninth.
    assert (rows[8:] == theirs[name][7:]).all()
    merged = json.loads((folder / "tokenizer.json").read_text())
    assert {t["content"]: t["id"] for t in merged["added_tokens"]} == {
        "<x>": 6, "<both>": 7, "<y>": 8, "<z>": 9,
    }  # fmt: skip
    assert json.loads((folder / "config.json").read_text())["vocab_size"] == 10


def test_a_tokenizer_beside_single_files_is_the_key_too(tmp_path: Path) -> None:
    name = "model.embed_tokens.weight"
    rows = {"o": BASE[name], "a": np.vstack([BASE[name], noise(1, 1, 8)]),
            "b": np.vstack([BASE[name], noise(2, 1, 8)])}  # fmt: skip
    for side, added in (("o", []), ("a", ["<a>"]), ("b", ["<b>"])):
        (tmp_path / side).mkdir()
        save(tmp_path / side / "model.safetensors", {name: rows[side], "w": BASE[NAMES[0]]})
        (tmp_path / side / "tokenizer.json").write_text(json.dumps(tokenizer(added)))
    files = [tmp_path / side / "model.safetensors" for side in "oab"]
    out = tmp_path / "out.safetensors"
    args = ("merge", "--base", files[0], "--ours", files[1], "--theirs", files[2], "-o", out)
    assert command(*args) == 0
    assert (load(out)[name] == np.vstack([rows["a"], rows["b"][6:]])).all()
    # A side that moved a token has another vocabulary: nothing says which row is which.
    moved = tokenizer(["<b>"])
    moved["model"]["vocab"] |= {"a": 2, "b": 1}
    (tmp_path / "b" / "tokenizer.json").write_text(json.dumps(moved))
    assert command(*args) == 1


def test_settings_changed_by_both_are_refused_by_name(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = repository / "m"
    ours = {**changed(NAMES[0]), "model.layers.3.w": noise(5, 8, 8)}
    diverge(
        repository,
        lambda: write(folder, BASE, 1, num_hidden_layers=3),
        lambda: write(folder, ours, 1, num_hidden_layers=4),
        lambda: write(folder, changed(NAMES[0], scale=0.03), 1, num_hidden_layers=3, x=1),
    )
    assert command("merge", "--git") == 0
    git(repository, "reset", "-q", "--hard")
    git(repository, "checkout", "-q", "topic")
    write(folder, changed(NAMES[0], scale=0.03), 1, num_hidden_layers=4, x=1)
    git(repository, "commit", "-qam", "wrong")
    git(repository, "checkout", "-q", "main")
    write(folder, changed(NAMES[0]), 1, x=2)
    git(repository, "commit", "-qam", "other")
    git(repository, "merge", "-q", "topic", check=False)
    assert command("merge", "--git") == 1
    assert "x: changed by both" in capsys.readouterr().err


def test_pointers_stay_pointers_without_the_binary(repository: Path) -> None:
    folder = repository / "m"
    store = Store.of_repository(repository)

    def pointed(arrays: dict[str, np.ndarray]) -> None:
        write(folder, arrays, 2)
        for shard in folder.glob("*.safetensors"):
            content = shard.read_bytes()
            shard.write_bytes(store.add([content], len(content)).text())

    diverge(
        repository, lambda: pointed(BASE), lambda: pointed(changed(NAMES[0], NAMES[1])),
        lambda: pointed(changed(NAMES[0], NAMES[1], scale=0.03)),
    )  # fmt: skip
    assert command("merge", "--git", "m") == 0
    for shard in folder.glob("*.safetensors"):
        pointer = parse_pointer(shard.read_bytes())
        assert pointer is not None
        assert load(store.path(pointer))
    assert git(repository, "ls-files", "-u") == ""
    records = sorted((repository / ".git/mergeassist/records").glob("*.json"))
    assert command("verify", records[-1]) == 0


def test_nothing_under_way(repository: Path) -> None:
    (repository / "x").write_text("x")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "x")
    with pytest.raises(Exception, match="no merge"):
        command("merge", "--git")
    assert models.NAME == "models"
