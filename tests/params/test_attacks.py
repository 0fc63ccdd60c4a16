"""Every hostile or damaged file ends as one clear line; nothing is executed or written."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from mergeassist.errors import InputError
from mergeassist.params.driver import merge_checkpoint
from mergeassist.params.formats import open_checkpoint
from tests.params.attacks.corpus import CORPUS
from tests.params.samples import noise, save


@pytest.mark.parametrize("name", CORPUS)
def test_refused_in_one_line(tmp_path: Path, name: str) -> None:
    make, reason = CORPUS[name]
    mark, path = tmp_path / "executed", tmp_path / name
    path.write_bytes(make(mark))
    with pytest.raises(InputError) as refusal:
        open_checkpoint(path)
    message = str(refusal.value)
    assert "\n" not in message
    assert name in message
    assert re.search(reason, message), message
    assert not mark.exists()


@pytest.mark.parametrize("name", CORPUS)
def test_the_driver_leaves_ours(
    tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mark, ours = tmp_path / "executed", tmp_path / "A"
    content = CORPUS[name][0](mark)
    for file in ("O", "A", "B"):
        (tmp_path / file).write_bytes(content + file.encode() * (file != "A"))
    assert merge_checkpoint("O", "A", "B", name, 7) in (1, None)
    assert ours.read_bytes() == content
    assert not mark.exists()
    assert capfd.readouterr().err.count("\n") <= 1


def test_damage_anywhere_never_escapes(tmp_path: Path) -> None:
    whole = save(tmp_path / "w.safetensors", {"w": noise(1, 9), "v": noise(2, 4)}).read_bytes()
    random.seed(1)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            damaged[random.randrange(120)] = random.randrange(256)
        path = tmp_path / "x.safetensors"
        path.write_bytes(damaged[: random.randrange(len(whole)) if random.random() < 0.3 else None])
        try:
            open_checkpoint(path).close()
        except InputError as error:
            assert "\n" not in str(error)
