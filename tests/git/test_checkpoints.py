"""Weights and LFS pointers are handed to `params`; what it declines is left to git."""

from __future__ import annotations

import pytest

from tests.git.real_git import ACCEPT_ALL, MakeDriver, Repo, without_labels

HAND_OVER = """
def merge_checkpoint(base, ours, theirs, path, marker_size):
    sides = [open(name, "rb").read() for name in (base, ours, theirs)]
    assert (path, marker_size) == ("f", 7)
    {then}
sys.modules["mergeassist.params.driver"] = types.SimpleNamespace(merge_checkpoint=merge_checkpoint)
"""
MERGE = "open(ours, 'wb').write(b'|'.join(sides)); return 0"

BINARY = b"\0base", b"\0ours", b"\0theirs"
POINTERS = tuple(
    b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize 1\n" % name
    for name in (b"base", b"ours", b"theirs")
)


@pytest.mark.parametrize("sides", [BINARY, POINTERS], ids=["binary", "pointers"])
def test_merged(repo: Repo, make_driver: MakeDriver, sides: tuple[bytes, bytes, bytes]) -> None:
    repo.fork("f", *sides)
    repo.arm(make_driver(HAND_OVER.format(then=MERGE)))
    repo.git("merge", "--no-edit", "topic")
    assert repo.read("f") == b"|".join(sides)
    assert repo.leftovers() == []


@pytest.mark.parametrize("then", ["return None", "return 1", "raise OSError('disk')"])
@pytest.mark.parametrize("sides", [BINARY, POINTERS], ids=["binary", "pointers"])
def test_declined(
    repo: Repo, make_driver: MakeDriver, sides: tuple[bytes, bytes, bytes], then: str
) -> None:
    """Of pointers git's own conflict is left, and nobody decides: mixed lines name no object."""
    repo.fork("f", *sides)
    alone = repo.copy()
    alone.git("merge", "topic", code=1)
    repo.arm(make_driver(ACCEPT_ALL + HAND_OVER.format(then=then)))
    repo.git("merge", "topic", code=1)
    assert repo.unmerged() == alone.unmerged()
    if "raise" not in then:
        assert without_labels(repo.read("f")) == without_labels(alone.read("f"))
    elif sides is POINTERS:
        assert all(side.splitlines()[1] in repo.read("f") for side in sides[1:])
    assert repo.leftovers() == []


def test_switched_off(repo: Repo, make_driver: MakeDriver) -> None:
    repo.fork("f", *BINARY)
    repo.arm(make_driver(HAND_OVER.format(then=MERGE)))
    repo.git("merge", "topic", code=1, MERGEASSIST="0")
    assert repo.read("f") == b"\0ours"
