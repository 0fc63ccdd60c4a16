"""Folders as Hugging Face users have them: caches full of links, old weights, adapters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mergeassist.errors import InputError, UnsafeInputError
from mergeassist.params.formats import open_checkpoint
from tests.params.samples import noise, save
from tests.params.test_commands import command

W = noise(0, 6, 8)


def model(folder: Path, seed: int) -> Path:
    folder.mkdir(parents=True)
    save(folder / "model.safetensors", {"w": W + noise(seed, 6, 8, scale=0.01)})
    (folder / "config.json").write_text(json.dumps({"x": 1}))
    return folder


def cached(folder: Path, seed: int) -> Path:
    """A snapshot in the cache of huggingface_hub: links into `blobs`."""
    snapshot = model(folder / "snapshots" / "0a1b", seed)
    (folder / "blobs").mkdir()
    for number, path in enumerate(sorted(snapshot.iterdir())):
        blob = folder / "blobs" / f"{number}"
        path.rename(blob)
        path.symlink_to(Path("../../blobs") / blob.name)
    return snapshot


def test_a_cache_is_merged_with_its_settings(tmp_path: Path) -> None:
    sides = [cached(tmp_path / f"models--{i}", i) for i in range(2)]
    assert command("merge", *sides, "-o", tmp_path / "out") == 0
    assert json.loads((tmp_path / "out" / "config.json").read_text()) == {"x": 1}


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = model(tmp_path / "m", 1)
    (tmp_path / "secret.json").write_text("{}")
    (folder / "tokenizer.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(UnsafeInputError, match=r"tokenizer.json: a link out of the folder"):
        open_checkpoint(folder)


def test_what_is_left_behind_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sides = [model(tmp_path / name, i) for i, name in enumerate("ab")]
    (sides[0] / "1_Pooling").mkdir()
    (sides[0] / "modeling_own.py").write_text("")
    assert command("merge", *sides, "-o", tmp_path / "out") == 0
    said = capsys.readouterr().err
    assert "not merged and not copied: 1_Pooling/, modeling_own.py\n" in said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "no weights in this folder; it needs model.safetensors"),
        (("pytorch_model.bin",), "its weights are pytorch_model.bin; name that file instead"),
        (("pytorch_model-1.bin", "pytorch_model-2.bin"), "merge file by file, or save the model"),
    ],
)
def test_folders_of_other_weights_say_what_to_do(
    tmp_path: Path, names: tuple[str, ...], said: str
) -> None:
    (tmp_path / "config.json").write_text("{}")
    for name in names:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError) as found:
        open_checkpoint(tmp_path)
    assert said in str(found.value)


def test_formats_are_named_with_their_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sides = [model(tmp_path / name, i) for i, name in enumerate("ab")]
    file = sides[1] / "model.safetensors"
    assert command("merge", sides[0], file, "-o", tmp_path / "out") == 1
    said = capsys.readouterr().err
    assert f"{sides[0]} is directory" in said
    assert f"{file} is safetensors; give all in one" in said


def test_adapters_without_lora_say_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed, name in enumerate("ab"):
        (tmp_path / name).mkdir()
        save(tmp_path / name / "adapter_model.safetensors",
             {f"q.lora_{half}.weight": noise(seed, 4, 4) for half in "AB"})  # fmt: skip
        (tmp_path / name / "adapter_config.json").write_text(json.dumps({"r": 4}))
    sides = (tmp_path / "a", tmp_path / "b")
    assert command("merge", *sides, "-o", tmp_path / "out") == 1
    assert "--lora concat, svd or knots" in capsys.readouterr().err
