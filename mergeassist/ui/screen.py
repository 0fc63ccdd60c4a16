"""One conflict as a screen of exactly as many lines as the terminal has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.text import Text

from mergeassist.core.chunks import Conflict
from mergeassist.core.outcome import Decision, Proposal
from mergeassist.propose.words import most_telling, phrase
from mergeassist.ui import panes
from mergeassist.ui.console import printable

MOST_PROPOSALS = 9
WIDE = 120  # cells from which base, ours and theirs stand beside each other
_CONTEXT = 2
_TITLES = {"base": "bold dim", "ours": f"bold {panes.OURS}", "theirs": f"bold {panes.THEIRS}",
           "proposal": "bold yellow"}

KEYS = (
    ("1-9", "take that proposal"), ("Enter", "take the proposal shown"),
    ("Tab, Left, Right", "show another proposal"),
    ("o", "take ours"), ("t", "take theirs"), ("b", "take both, ours first"),
    ("B", "take base"), ("e", "edit in $GIT_EDITOR, core.editor, $VISUAL or $EDITOR"),
    ("s", "skip: leave the conflict, go on"), ("p", "back to the conflict before"),
    ("u", "undo the last answer"), ("w", "why: all proposals with their probabilities"),
    ("Up, Down, Page Up, Page Down", "scroll"),
    ("q", "quit; what was answered is kept"), ("Ctrl-C", "the same, exit code 130"),
    ("?", "this help"),
)  # fmt: skip


class View(NamedTuple):
    """All that one screen shows."""

    name: str
    line: int
    number: int
    known: int  # conflicts read so far
    complete: bool  # whether these are all
    settled: int
    judged: int  # files
    files: int
    conflict: Conflict
    decision: Decision | None
    labels: tuple[str, str] = ("", "")
    before: bytes = b""
    after: bytes = b""
    shown: int = 0
    answer: str = ""
    skipped: bool = False
    message: str = ""
    scroll: int = 0

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """The proposals that can be accepted by a key."""
        return self.decision.proposals[:MOST_PROPOSALS] if self.decision else ()


class _Pane(NamedTuple):
    title: Text
    lines: Sequence[Text]


def conflict_screen(view: View, width: int, height: int) -> list[Text]:
    """The screen of one conflict."""
    top = [_header(view, width)]
    bottom = [*_choices(view, width), _verdict(view, width), _keys(view, width)]
    room = height - len(top) - len(bottom)
    body = _wide(view, width, room) if width >= WIDE else _stacked(_panes(view), view, width, room)
    return _exactly([*top, *_exactly(body, room), *bottom], height)


def page(
    title: str, lines: Sequence[Text], size: tuple[int, int], scroll: int = 0,
    keys: str = "any other key goes back",
) -> list[Text]:
    """A page of text: help, reasons, the end; `keys` says what leaves it."""
    width, height = size
    room = height - 2
    whole = panes.wrapped(lines, width)
    start = min(scroll, max(len(whole) - room, 0))
    footer = _line(Text(f"Up, Down scroll; {keys}" if len(whole) > room else keys, "dim"), width)
    body = _exactly(whole[start : start + room], room)
    return _exactly([_rule(Text(title, "bold"), width), *body, footer], height)


def help_lines() -> list[Text]:
    """What each key does."""
    wide = max(len(key) for key, _ in KEYS)
    return [Text.assemble((f"  {key:<{wide}}  ", "bold"), what) for key, what in KEYS]


def why_lines(view: View) -> Iterator[Text]:
    """Every proposal with its probability and what prints it."""
    if view.decision is None:
        yield Text("nothing has judged this conflict yet")
        return
    verdict = "would be accepted" if view.decision.accepted else "is left to you"
    yield Text(f"This conflict {verdict}: {printable(view.decision.reason)}.")
    yield Text("The probability says how often such a text is what people committed; what is "
               "missing to 1 is that none of these is right.", "dim")
    for number, proposal in enumerate(view.decision.proposals, 1):
        yield Text()
        yield Text.assemble(
            (f"[{number}] " if number <= MOST_PROPOSALS else "    ", "bold"),
            (f"{bar(proposal.probability)} {chance(proposal.probability)}  ", "yellow"),
            phrase(most_telling(proposal.sources)),
        )
        yield Text("    printed by " + ", ".join(proposal.sources), "dim")


def chance(probability: float | None) -> str:
    """A probability for people."""
    return "p = ?" if probability is None else f"p = {probability:.2f}"


def bar(probability: float | None, cells: int = 10) -> str:
    """A probability as a bar."""
    full = round((probability or 0.0) * cells)
    return "█" * full + "·" * (cells - full)


def _header(view: View, width: int) -> Text:
    of = f"{view.known}" if view.complete else f"{view.known}+"
    state = f" {view.number} of {of} "
    notes = [f"{view.settled} settled"]
    if view.judged < view.files:
        share = view.judged / max(view.files, 1)
        notes.append(f"judging {bar(share, 8)} {view.judged}/{view.files} files")
    right = "  ".join(notes)
    room = width - len(state) - len(right) - 4
    name = printable(f"{view.name}:{view.line}").replace("\n", "\\n").replace("\t", " ")
    if Text(name).cell_len > room:
        name = "…" + name[-max(room - 1, 1):]
    line = Text.assemble((state, "bold reverse"), " ", (name, "bold"))
    gap = width - line.cell_len - len(right)
    return _line(line.append(" " * max(gap, 1)).append(right, "dim"), width)


def _panes(view: View) -> list[_Pane]:
    names = zip(("ours", "theirs"), view.labels, strict=True)
    sides = [
        _Pane(_title(name, printable(label)), panes.side_lines(view.conflict, name))
        for name, label in names
    ]
    return [_base(view), *sides, _proposal(view)]


def _base(view: View) -> _Pane:
    if view.conflict.base is None:
        return _Pane(_title("base", ""), [Text("(not known: a person changed the markers)", "dim")])
    return _Pane(_title("base", ""), panes.base_lines(view.conflict))


def _proposal(view: View) -> _Pane:
    if view.decision is None:
        return _Pane(_title("proposal", "being judged …"), [])
    if not view.proposals:
        return _Pane(_title("proposal", "none"), [])
    best = view.proposals[view.shown]
    what = phrase(most_telling(best.sources))
    title = _title("proposal", f"[{view.shown + 1}] {chance(best.probability)}, {what}")
    before = panes.plain_lines(view.before)[-_CONTEXT:]
    after = panes.plain_lines(view.after)[:_CONTEXT]
    text = panes.proposal_lines(view.conflict, best.text)
    return _Pane(title, [*before, *text, *after])


def _title(kind: str, rest: str) -> Text:
    title = Text(kind, _TITLES[kind])
    return title.append(f"  {rest}", "dim") if rest else title


def _stacked(shown: Sequence[_Pane], view: View, width: int, room: int) -> list[Text]:
    """Panes under each other; base goes first where there is no room for all."""
    if room < 2 * len(shown) and len(shown) > 1:
        return _stacked(shown[1:], view, width, room)
    fitted = [panes.fitted(pane.lines, width - 2) for pane in shown]
    heights = _shares([len(lines) for lines in fitted], room - len(shown))
    result: list[Text] = []
    for pane, lines, height in zip(shown, fitted, heights, strict=True):
        result.append(_rule(pane.title, width))
        result += [Text("  ") + line for line in _window(lines, height, view.scroll)]
    return result


def _wide(view: View, width: int, room: int) -> list[Text]:
    """Base, ours and theirs beside each other, the proposal below."""
    *three, proposal = _panes(view)
    order = (three[1], three[0], three[2])  # base between the sides
    column = (width - 2 * (len(order) - 1)) // len(order)
    fitted = [panes.fitted(pane.lines, column) for pane in order]
    below = panes.fitted(proposal.lines, width - 2)
    tall, rest = _shares([max(map(len, fitted)), len(below)], room - 2)
    windows = [_window(lines, tall, view.scroll) for lines in fitted]
    rows = [[_rule(pane.title, column) for pane in order]]
    rows += [[lines[at] if at < len(lines) else Text() for lines in windows]
             for at in range(max(map(len, windows)))]
    result = []
    for row in rows:
        line = Text()
        for cell in row:
            line.append_text(cell).append(" " * (column - cell.cell_len + 2))
        line.right_crop(2)
        result.append(line)
    result.append(_rule(proposal.title, width))
    return result + [Text("  ") + line for line in _window(below, rest, view.scroll)]


def _shares(wanted: Sequence[int], room: int) -> list[int]:
    """Rows for each pane: what it needs, or a fair part of what is left."""
    result = [0] * len(wanted)
    left = max(room, 0)
    for count, at in enumerate(sorted(range(len(wanted)), key=lambda at: wanted[at])):
        result[at] = min(wanted[at], left // (len(wanted) - count))
        left -= result[at]
    return result


def _window(lines: Sequence[Text], height: int, scroll: int) -> list[Text]:
    """What fits of a pane, with a last line that says what does not."""
    if len(lines) <= height:
        return list(lines)
    if height <= 1:
        return [Text(f"… {len(lines)} lines", "dim")][:height]
    start = min(scroll, len(lines) - height + 1)
    below = len(lines) - start - (height - 1)
    note = Text(f"… {below} more lines" if below else f"… end of {len(lines)} lines", "dim italic")
    return [*lines[start : start + height - 1], note]


def _choices(view: View, width: int) -> list[Text]:
    """The probabilities of all proposals on one line."""
    line = Text(" ")
    for at, proposal in enumerate(view.proposals):
        likely = "?" if proposal.probability is None else f"{proposal.probability:.2f}"
        here = " reverse" if at == view.shown else ""
        line.append(f"{at + 1}", f"bold{here}").append(f" {likely}", here.strip())
        line.append("  ")
    return [Text(), _line(line, width)]


def _verdict(view: View, width: int) -> Text:
    if view.message:
        return _line(Text(f" {printable(view.message)}", "bold red"), width)
    if view.answer:
        return _line(Text(f" settled: {view.answer}", "bold green"), width)
    if view.decision is None:
        return _line(Text(" being judged; o, t, b, B, e and s work already", "dim"), width)
    skipped = "skipped; " if view.skipped else ""
    verdict = "sure" if view.decision.accepted else "left to you"
    return _line(Text(f" {skipped}{verdict}: {printable(view.decision.reason)}", "dim"), width)


def _keys(view: View, width: int) -> Text:
    most = len(view.proposals)
    accept = "" if not most else "1 take" if most == 1 else f"1-{most} take"
    words = [word for word in (accept, "o ours", "t theirs", "b both", "e edit", "s skip", "p back",
                               "u undo", "w why", "? help", "q quit") if word]
    line = Text()
    for word in words:
        key, _, what = word.partition(" ")
        line.append(key, "bold").append(f" {what} ", "dim")
    line.right_crop(1)
    return _line(line, width)


def _rule(title: Text, width: int) -> Text:
    line = Text.assemble(("─ ", "dim"), title)
    line.truncate(max(width - 2, 1), overflow="ellipsis")
    return line.append(" ").append("─" * max(width - line.cell_len, 0), "dim")


def _line(line: Text, width: int) -> Text:
    line.truncate(width, overflow="ellipsis")
    return line


def _exactly(lines: Sequence[Text], height: int) -> list[Text]:
    return [*lines, *(Text() for _ in range(height - len(lines)))][: max(height, 0)]
