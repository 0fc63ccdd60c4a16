"""Resolutions seen before: keys, renaming, orientation, time, and no harm done."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mergeassist.app import decide as deciding
from mergeassist.app.learn import index_file, learn
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Proposal
from mergeassist.core.tokens import tokenize
from mergeassist.git.index_store import Index, Keys, Learned
from mergeassist.judge import model
from mergeassist.propose import seen
from mergeassist.propose.context import Context
from mergeassist.propose.seen import EXACT, RENAMED, SPACE, SeenBefore
from tests.learn.past import OneByOne, Past, framed

PAST = Merge(b"use a\n", b"import foo, a, os\n", b"import bar\nuse a\n")
BY_HAND = b"import bar, foo, os  # new\n"
_numbers = count()


def remembering(tmp_path: Path, *outcomes: tuple[Merge[bytes], bytes]) -> SeenBefore:
    """A memory of conflicts that arose at times 1, 2, …"""
    index = Index(tmp_path / f"index{next(_numbers)}", write=True)
    index.add(
        Learned(f"{at:040x}", at, (seen.row_of("p.py", 0, sides, text),))
        for at, (sides, text) in enumerate(outcomes, 1)
    )
    return SeenBefore(index)


def found(memory: SeenBefore, sides: Merge[bytes]) -> list[tuple[str, bytes]]:
    return [(one.level, one.text) for one in memory.look_up(sides)]


def test_the_same_conflict_exactly_and_but_for_line_ends(tmp_path: Path) -> None:
    memory = remembering(tmp_path, (PAST, BY_HAND))
    assert found(memory, PAST) == [(EXACT, BY_HAND)]
    assert found(memory, PAST.map(lambda text: text.replace(b"\n", b"  \n"))) == [(EXACT, BY_HAND)]


def test_ours_and_theirs_have_changed_places(tmp_path: Path) -> None:
    memory = remembering(tmp_path, (PAST, BY_HAND))
    assert found(memory, PAST.mirrored()) == [(EXACT, BY_HAND)]
    memory = remembering(tmp_path, (PAST, PAST.ours))
    assert found(memory, PAST.mirrored()) == [(EXACT, PAST.ours)]


def test_white_space_has_changed(tmp_path: Path) -> None:
    memory = remembering(tmp_path, (PAST, BY_HAND))
    indented = PAST.map(lambda text: text.replace(b"import ", b"  import  "))
    assert found(memory, indented) == [(SPACE, BY_HAND)]
    memory = remembering(tmp_path, (PAST, PAST.theirs))
    assert found(memory, indented) == [(SPACE, indented.theirs)]


def test_line_ends_are_those_of_today(tmp_path: Path) -> None:
    """The end of a file lost its line end then; now the same stands in the middle of one."""
    cut = PAST.map(lambda text: text.removesuffix(b"\n"))
    memory = remembering(tmp_path, (cut, b"one\ntwo"))
    assert found(memory, cut) == [(EXACT, b"one\ntwo")]
    assert found(memory, PAST) == [(EXACT, b"one\ntwo\n")]
    assert found(memory, PAST.map(crlf)) == [(EXACT, b"one\r\ntwo\r\n")]
    memory = remembering(tmp_path, (PAST.map(crlf), b"one\r\n"))
    assert found(memory, PAST) == [(EXACT, b"one\n")]


def crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


RENAMES = {b"foo": b"left_pad", b"bar": b"x2", b" a": b" other"}


def renamed(text: bytes) -> bytes:
    for old, new in RENAMES.items():
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("mirrored", [False, True])
def test_words_have_changed_and_are_put_back(tmp_path: Path, mirrored: bool) -> None:
    memory = remembering(tmp_path, (PAST, BY_HAND))
    today = PAST.map(renamed)
    today = today.mirrored() if mirrored else today
    assert found(memory, today) == [(RENAMED, renamed(BY_HAND))]


def test_a_renaming_must_be_consistent(tmp_path: Path) -> None:
    memory = remembering(tmp_path, (PAST, BY_HAND))
    assert found(memory, PAST._replace(theirs=b"import foo\nuse a\n")) == []


VERSION = Merge(
    b'name = "mergeassist"\nversion = "1.9.0"\nlicense = "Apache-2.0"\n',
    b'name = "mergeassist"\nversion = "1.9.2"\nlicense = "Apache-2.0"\n',
    b'name = "mergeassist"\nversion = "1.10.0"\nlicense = "Apache-2.0"\n',
)


def test_numbers_keep_their_order(tmp_path: Path) -> None:
    """The later version was taken: a conflict whose other side is the later one is another."""
    memory = remembering(tmp_path, (VERSION, VERSION.theirs))
    later = VERSION.map(lambda text: text.replace(b"9", b"19").replace(b"10", b"20"))
    assert found(memory, later) == [(RENAMED, later.theirs)]
    earlier = VERSION.map(lambda text: text.replace(b"10", b"8"))
    assert found(memory, earlier) == []
    huge = VERSION.map(lambda text: text.replace(b"1.9", b"9" * 5000))
    assert found(memory, huge) == []


def test_a_short_conflict_is_known_by_its_words_only(tmp_path: Path) -> None:
    short = Merge(b"a = 1\n", b"a = 2\n", b"a = 3\n")
    memory = remembering(tmp_path, (short, short.theirs))
    assert found(memory, short) == [(EXACT, short.theirs)]
    assert found(memory, short.map(lambda text: text.replace(b"a", b"b"))) == []


def test_the_finest_level_speaks_alone_and_the_majority_first(tmp_path: Path) -> None:
    other = PAST.map(renamed)
    memory = remembering(
        tmp_path, (PAST, PAST.ours), (PAST, BY_HAND), (PAST, PAST.ours), (other, other.theirs)
    )
    (first, second) = memory.look_up(PAST)
    assert first == seen.Seen(PAST.ours, EXACT, 2, 3, 3, f"{3:040x}")
    assert (second.text, second.agreeing, second.of) == (BY_HAND, 1, 3)


def test_later_merges_are_hidden(tmp_path: Path) -> None:
    index = remembering(tmp_path, (PAST, PAST.ours), (PAST, PAST.theirs)).index
    assert SeenBefore(index, before=1).look_up(PAST) == []
    (only,) = SeenBefore(index, before=2).look_up(PAST)
    assert only.text == PAST.ours
    assert len(SeenBefore(index, before=3).look_up(PAST)) == 2


def test_an_own_mirror_image_counts_once(tmp_path: Path) -> None:
    call = b"first.call(one, two, three)\n"
    same = Merge(b"", b"a" + call, b"b" + call)  # up to renaming its own mirror image
    (one,) = remembering(tmp_path, (same, b"")).look_up(Merge(b"", b"c" + call, b"d" + call))
    assert (one.agreeing, one.of) == (1, 1)


def test_large_regions_and_placeholders_are_left_alone(tmp_path: Path) -> None:
    memory = remembering(tmp_path, (PAST, BY_HAND))
    assert found(memory, PAST._replace(ours=b"x" * seen.MAX_BYTES)) == []
    assert found(memory, PAST._replace(ours=b"\x001\0")) == []


words = st.lists(
    st.sampled_from([b"foo", b"bar", b"n", b"1", b"22", b"(", b" ", b"\n", b"=", "é".encode()]),
    max_size=12,
).map(b"".join)


@given(st.builds(Merge, words, words, words), words)
def test_template_and_fill_are_inverse(sides: Merge[bytes], text: bytes) -> None:
    names = seen.rename(sides.map(tokenize)).names
    assert seen.fill(seen.template_of(text, names), names) == text


def keys(sides: Merge[bytes]) -> Keys:
    return seen.keys_of(sides, seen.rename(sides.map(tokenize)))


@given(st.builds(Merge, words, words, words))
def test_each_key_is_coarser_than_the_one_before(sides: Merge[bytes]) -> None:
    """What is equal exactly is equal up to the others, and renaming changes the last alone."""
    same = sides.map(lambda text: text.replace(b"\n", b" \n"))
    assert keys(same) == keys(sides)
    other = sides.map(lambda text: text.replace(b"foo", b"brand_new"))
    assert keys(other).renamed == keys(sides).renamed


def test_joining_keeps_what_is_offered(tmp_path: Path) -> None:
    memory = remembering(tmp_path, (PAST, BY_HAND), (PAST, PAST.ours))
    offered = (Proposal(PAST.ours, "line-ours"), Proposal(b"x\n", "line-x"))
    conflict = Conflict(PAST.ours, PAST.base, PAST.theirs)
    assert memory.join(conflict, offered) == (
        Proposal(PAST.ours, "line-ours", (EXACT,)), offered[1], Proposal(BY_HAND, EXACT),
    )


@pytest.mark.parametrize("times, said", [
    (1, (0.25, 0.2, 0.5)),  # the last is first already
    (8, (0.45, 0.05, 0.4)),  # many matches lift it over the judge's favourite
    (1, (0.01, 0.01, 0.98)),  # the judge is surer than the memory
], ids=["once", "often", "surer"])  # fmt: skip
def test_what_all_matches_agree_on_is_lifted(
    tmp_path: Path, times: int, said: tuple[float, ...]
) -> None:
    memory = remembering(tmp_path, *[(PAST, BY_HAND)] * times)
    texts = (PAST.ours, PAST.theirs, BY_HAND)
    offered = [Proposal(t, "p", (), p) for t, p in zip(texts, said, strict=True)]
    offered.sort(key=lambda one: -(one.probability or 0.0))
    joined = memory.join(Conflict(PAST.ours, PAST.base, PAST.theirs), tuple(offered))
    assert (joined[0].text, joined[0].sources) == (BY_HAND, ("p", EXACT))
    trusted = seen.trust(seen.Seen(b"", EXACT, times, times, 0, ""), said[2])
    assert joined[0].probability == pytest.approx(max(said[2], trusted), abs=1e-4)
    rest = [one.probability or 0.0 for one in joined[1:]]
    assert rest == sorted(rest, reverse=True)
    assert sum(rest) + (joined[0].probability or 0.0) <= 1.0


def test_without_a_judge_the_memory_stands_first(tmp_path: Path) -> None:
    memory = remembering(tmp_path, (PAST, BY_HAND))
    offered = (Proposal(PAST.ours, "line-ours"), Proposal(BY_HAND, "p"))
    joined = memory.join(Conflict(PAST.ours, PAST.base, PAST.theirs), offered)
    assert [one.text for one in joined] == [BY_HAND, PAST.ours]


def test_more_matches_and_a_surer_judge_are_worth_more() -> None:
    said = [
        [seen.trust(seen.Seen(b"", EXACT, many, many, 0, ""), p) for many in (1, 2, 5, 50)]
        for p in (0.1, 0.5, 0.9)
    ]
    assert all(row == sorted(row) and row[-1] < 1 for row in said)
    assert all(list(column) == sorted(column) for column in zip(*said, strict=True))
    assert said[0][0] < 0.5  # a single match does not outvote a judge that has read the conflict


class Fixed(OneByOne):
    """A judge that prefers theirs."""

    class calibration:  # noqa: N801 - stands for an attribute
        threshold = staticmethod(lambda risk: 0.9)

    @staticmethod
    def judge(view: object, proposals: tuple[Proposal, ...], personal: object) -> model.Judged:
        judged = [p._replace(probability=0.8 if p.text == PAST.theirs else 0.01) for p in proposals]
        ranked = tuple(sorted(judged, key=lambda p: -(p.probability or 0.0)))
        return model.Judged(ranked, proposals, (), np.zeros((0, 0)), np.zeros(0))


def test_decide_accepts_what_it_remembers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "_judge", Fixed)
    merged = MergedFile((b"above\n", Conflict(PAST.ours, PAST.base, PAST.theirs), b"below\n"))
    (without,) = deciding.decide(merged, Context("p.txt"))
    assert (without.accepted, without.proposals[0].text) == (False, PAST.theirs)
    memory = remembering(tmp_path, *[(PAST, PAST.theirs)] * 3)
    (remembered,) = deciding.decide(merged, Context("p.txt"), seen=memory)
    assert (remembered.text, remembered.proposals[0].also[-1:]) == (PAST.theirs, (EXACT,))


def test_a_broken_index_is_no_reason_to_fail(tmp_path: Path) -> None:
    memory = remembering(tmp_path, (PAST, BY_HAND))
    memory.index.close()
    offered = (Proposal(PAST.ours, "line-ours"),)
    assert memory.join(Conflict(PAST.ours, PAST.base, PAST.theirs), offered) == offered
    (tmp_path / "junk").write_bytes(b"junk" * 2000)
    assert seen.open_seen(tmp_path / "junk") is None
    assert seen.open_seen(tmp_path / "none") is None


def test_decide_asks_the_index_of_the_repository(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "_judge", model.load)  # git is kept waiting for a judge only
    merged = MergedFile((b"above\n", Conflict(PAST.ours, PAST.base, PAST.theirs), b"below\n"))

    def sources() -> set[str]:
        (decision,) = deciding.decide(merged, Context("p.py"), repository=past.root)
        return {source for proposal in decision.proposals for source in proposal.sources}

    assert not sources() & set(seen.LEVELS)
    past.merge("p.py", *map(framed, PAST), framed(BY_HAND))
    learn(past.root)
    assert sources() & set(seen.LEVELS) == {EXACT}
    index_file(past.root).unlink()
    deciding._open_seen.cache_clear()
    assert not sources() & set(seen.LEVELS)
