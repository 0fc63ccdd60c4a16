"""What is painted: it fits any terminal, drives none, and shows what differs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.text import Text

from mergeassist.core.chunks import Conflict
from mergeassist.core.outcome import Decision, Proposal
from mergeassist.propose.priors import WEIGHTS, YOUNGER
from mergeassist.propose.words import most_telling, phrase
from mergeassist.ui import panes, screen
from mergeassist.ui.keys import Terminal

CONFLICT = Conflict(b"call(first, second)\n", b"call(first)\n", b"send(first)\n")
DECISION = Decision(CONFLICT, (Proposal(b"send(first, second)\n", "token-merge", ("x",), 0.8123),
                               Proposal(b"", "line-empty", (), 0.05)), False, "not sure")
VIEW = screen.View("f.py", 7, 3, 5, True, 2, 1, 1, CONFLICT, DECISION, ("HEAD", "topic"),
                   b"before\n", b"after\n")

PIECES = st.sampled_from([b"word", b"\n", b" ", b"\t", b"\x1b[2J", b"\xff",
                          "日本".encode(), b"\r\n",
                          "\u202e".encode(), b"long " * 40])
TEXTS = st.lists(PIECES, max_size=30).map(b"".join)


@settings(max_examples=60)
@given(texts=st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), width=st.integers(20, 200),
       height=st.integers(6, 60), scroll=st.integers(0, 50), base=st.booleans())
def test_any_conflict_fits_any_terminal(
    texts: tuple[bytes, ...], width: int, height: int, scroll: int, base: bool
) -> None:
    conflict = Conflict(texts[0], texts[1] if base else None, texts[2])
    decision = Decision(conflict, (Proposal(texts[3], "token-merge", (), 0.5),), False, "reason")
    view = VIEW._replace(conflict=conflict, decision=decision, scroll=scroll, before=texts[1],
                         name="a\x1b/" + "n" * 90)
    lines = screen.conflict_screen(view, width, height)
    assert len(lines) == height
    for line in lines:
        assert line.cell_len <= width
        assert line.plain.isprintable()
    assert len(screen.page("t", list(screen.why_lines(view)), (width, height), scroll)) == height


def styled(lines: tuple[Text, ...], style: str) -> list[str]:
    return [line.plain[span.start:span.end] for line in lines for span in line.spans
            if str(span.style) == style]


def test_words_that_differ_stand_out() -> None:
    assert styled(panes.side_lines(CONFLICT, "ours"), panes.ADDED["ours"]) == [",", "second"]
    assert styled(panes.side_lines(CONFLICT, "theirs"), panes.ADDED["theirs"]) == ["send"]
    assert styled(panes.base_lines(CONFLICT), "dim strike") == ["call"]
    proposal = panes.proposal_lines(CONFLICT, b"send(first, second)\n# new\n")
    assert styled(proposal, panes.OURS) == [",", "second"]
    assert styled(proposal, panes.THEIRS) == ["send"]
    assert styled(proposal, "bold yellow") == ["#", "new"]


def test_a_line_of_one_side_is_that_side_in_every_word() -> None:
    conflict = Conflict(b'add("/a", a)\n', b"", b'add("/b", b)\n')
    shown = panes.proposal_lines(conflict, b'add("/a", a)\nadd("/b", b)\n')
    assert "".join(styled(shown[:1], panes.OURS)) == 'add("/a",a)'
    assert "".join(styled(shown[1:], panes.THEIRS)) == 'add("/b",b)'


def test_one_screen_word_for_word() -> None:
    shown = [line.plain.rstrip() for line in screen.conflict_screen(VIEW, 80, 24)]
    rule = "─ {} " + "─" * 200
    assert shown[:12] == [
        " 3 of 5  f.py:7" + " " * 56 + "2 settled",
        rule.format("base")[:80], "  call(first)",
        rule.format("ours  HEAD")[:80], "  call(first, second)",
        rule.format("theirs  topic")[:80], "  send(first)",
        rule.format("proposal  [1] p = 0.81, words merged without a collision")[:80],
        "  before", "  send(first, second)", "  after", "",
    ]
    assert shown[-3:] == [
        " 1 0.81  2 0.05", " left to you: not sure",
        "1-2 take o ours t theirs b both e edit s skip p back u undo w why ? help q quit"]


@pytest.mark.parametrize(("change", "text"), [
    ({"decision": None}, "being judged"), ({"answer": "theirs"}, "settled: theirs"),
    ({"skipped": True}, "skipped; left to you"), ({"message": "went wrong"}, "went wrong"),
    ({"judged": 0, "files": 4}, "judging ········ 0/4 files"), ({"complete": False}, "3 of 5+"),
    ({"shown": 1}, "[2] p = 0.05, neither side"),
    ({"conflict": CONFLICT._replace(base=None)}, "not known"),
])
def test_what_else_there_is_to_say(change: dict[str, object], text: str) -> None:
    lines = screen.conflict_screen(VIEW._replace(**change), 80, 24)  # type: ignore[arg-type]
    assert any(text in line.plain for line in lines)


def test_scrolling_reaches_every_line() -> None:
    tall = Conflict(b"".join(b"ours %d\n" % n for n in range(60)), b"", b"theirs\n")
    view = VIEW._replace(conflict=tall)
    seen = {line.plain.strip() for scroll in range(60)
            for line in screen.conflict_screen(view._replace(scroll=scroll), 80, 24)}
    assert {f"ours {n}" for n in range(60)} <= seen


def test_every_pattern_has_words() -> None:
    for name in {*WEIGHTS, *YOUNGER, "seen-exact", "seen-space", "seen-renamed"}:
        assert phrase(name) != name, name
    assert most_telling(("token-ours", "line-ours", "ours-not-theirs")) == "line-ours"
    assert phrase("never heard of") == "never heard of"


def keys_of(data: bytes) -> list[str]:
    terminal = Terminal.__new__(Terminal)
    terminal._pending = data
    found = []
    while terminal._pending:
        found.append(terminal._next())
    return found


def test_keys_have_names() -> None:
    assert keys_of(b"1\x1b[A\x1b[6~\rB") == ["1", "up", "page down", "enter", "B"]
    assert keys_of("é\t".encode()) == ["é", "right"]
    assert keys_of(b"\x1b") == keys_of(b"\x1b[99;5~") == ["escape"]
    assert keys_of(b"\xff") == ["\ufffd"]
