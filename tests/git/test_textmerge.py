"""`textmerge` says what `git merge` would leave, byte for byte."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mergeassist.core.chunks import from_chunks
from mergeassist.core.markers import Labels, parse
from mergeassist.core.merge import Merge
from mergeassist.git import textmerge
from mergeassist.git.textmerge import Request, TextMerge
from tests.git.real_git import Repo, lines

LABELS = Labels(b"HEAD", b"base", b"topic")
STYLES = ["merge", "diff3", "zdiff3"]


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "scratch").mkdir()
    return str(tmp_path / "scratch")


def edited(base: list[str], source: random.Random) -> list[str]:
    result = list(base)
    for _ in range(source.randint(0, 4)):
        at = source.randrange(len(result) + 1)
        if source.random() < 0.5:
            result.insert(at, source.choice("abc{}XY"))
        else:
            del result[at : at + source.randint(1, 2)]
    return result


def random_sides(seed: int) -> Merge[bytes]:
    source = random.Random(seed)
    base = [source.choice("abc{}") for _ in range(source.randint(0, 12))]
    ends = "\r\n" if source.random() < 0.2 else "\n"
    texts = []
    for side in (base, edited(base, source), edited(base, source)):
        text = "".join(line + ends for line in side)
        texts.append((text.rstrip("\r\n") if source.random() < 0.2 else text).encode())
    return Merge(*texts)


@pytest.mark.parametrize("style", STYLES)
def test_random_texts_merge_as_git_merges_them(repo: Repo, folder: str, style: str) -> None:
    """Many files in one merge: git's answer for all of them in one process."""
    cases = {f"f{seed}": random_sides(seed) for seed in range(60)}
    # git merges the trivial ones without looking inside
    cases = {name: sides for name, sides in cases.items() if sides.trivial() is None}
    assert len(cases) > 30
    repo.git("config", "merge.renames", "false")
    repo.git("config", "merge.conflictStyle", style)
    repo.commit("base", {name: sides.base for name, sides in cases.items()})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("theirs", {name: sides.theirs for name, sides in cases.items()})
    repo.git("checkout", "-q", "main")
    repo.commit("ours", {name: sides.ours for name, sides in cases.items()})
    base = repo.git("rev-parse", "--short", "HEAD~1").strip().encode()
    repo.git("merge", "--no-edit", "topic", code=None)
    unmerged = repo.unmerged()
    labels = LABELS._replace(base=base)
    for name, sides in cases.items():
        answer = textmerge.merge(Request(sides, 7, labels, folder), [style])[style]
        assert answer == TextMerge(f"\t{name}\n" not in unmerged, repo.read(name)), sides


@pytest.mark.parametrize("size", [1, 7, 33])
@pytest.mark.parametrize("algorithm", ["histogram", "myers"])
def test_labels_and_sizes(folder: str, size: int, algorithm: str) -> None:
    sides = Merge(lines(3), lines(3, _2="a\n"), lines(3, _2="b\n"))
    labels = Labels(b"ours: \xff 'x'", b"", b"%s \\1")
    request = Request(sides, size, labels, folder, algorithm)
    expected = b"line 1\n%b ours: \xff 'x'\na\n%b \nline 2\n%b\nb\n%b %%s \\1\nline 3\n" % tuple(
        char * size for char in (b"<", b"|", b"=", b">")
    )
    assert textmerge.merge(request, ["diff3"]) == {"diff3": TextMerge(False, expected)}
    assert textmerge.merge_file(request, ["diff3"]) == {"diff3": TextMerge(False, expected)}


def test_several_styles_at_once(folder: str) -> None:
    sides = Merge(b"x\n", b"same\na\n", b"same\nb\n")
    answers = textmerge.merge(Request(sides, 7, LABELS, folder), ["zdiff3", "merge", "zdiff3"])
    assert answers["merge"].text == (
        b"same\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> topic\n")
    assert answers["zdiff3"].text == (
        b"same\n<<<<<<< HEAD\na\n||||||| base\nx\n=======\nb\n>>>>>>> topic\n")


def test_clean_and_empty(folder: str) -> None:
    request = Request(Merge(b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\nC\n"), 7, LABELS, folder)
    assert textmerge.merge(request, STYLES)["zdiff3"] == TextMerge(True, b"A\nb\nC\n")
    emptied = request._replace(sides=Merge(b"a\n", b"", b"a\n"))
    assert textmerge.merge(emptied, ["merge"])["merge"] == TextMerge(True, b"")


def test_git_that_cannot_be_asked(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below 2.38 there is no `merge-tree --write-tree`: `merge-file` answers."""
    import shutil

    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    old.write_text(f'#!/bin/sh\ncase "$*" in *merge-tree*) exit 129;; esac\n'
                   f'exec {shutil.which("git")} "$@"\n')
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent), prepend=":")
    sides = Merge(b"x\n", b"a\n", b"b\n")
    answer = textmerge.merge(Request(sides, 7, LABELS, folder), ["merge"])["merge"]
    assert answer == TextMerge(False, b"<<<<<<< HEAD\na\n=======\nb\n>>>>>>> topic\n")


def test_what_git_refuses(folder: str) -> None:
    with pytest.raises(ValueError, match="refused"):
        textmerge.merge_file(Request(Merge(b"\0", b"\0a", b"\0b"), 7, LABELS, folder), ["merge"])


def test_no_git_at_all(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(OSError, match="git"):
        textmerge.merge(Request(Merge(b"", b"a", b"b"), 7, LABELS, folder), ["merge"])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", range(12))
def test_partly_settled_texts_keep_both_sides(folder: str, style: str, seed: int) -> None:
    """Settled text and both sides of what is open survive printing, in every style."""
    sides = random_sides(seed)
    request = Request(sides, 7, LABELS, folder)
    marked = textmerge.merge(request, ["diff3"])["diff3"].text
    merged = textmerge.restore_final_newline(parse(marked), sides)
    settled = merged.replace(lambda index, _: b"settled\n" if index else None)
    printed = parse(textmerge.merge_open(settled, style, request))
    assert len(printed.conflicts) >= len(settled.conflicts)
    for side in ("ours", "theirs"):
        assert printed.side(side).rstrip(b"\r\n") == settled.side(side).rstrip(b"\r\n")


def test_restored_final_newlines() -> None:
    sides = Merge(b"a\nb", b"a\r\nc", b"a\nd\n")
    merged = parse(b"a\n<<<<<<< o\nc\r\n||||||| b\nb\n=======\nd\n>>>>>>> t\n")
    last = textmerge.restore_final_newline(merged, sides).conflicts[-1]
    assert last.sides == Merge(b"b", b"c", b"d\n")
    settled = from_chunks([b"text\n"])
    assert textmerge.restore_final_newline(settled, sides) == settled
