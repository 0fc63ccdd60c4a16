"""Ask a person about one conflict after the other, on a plain terminal.

What is asked and shown goes through two functions, so that tests need no terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mergeassist.ui.console import printable

if TYPE_CHECKING:
    from rich.console import Console

    from mergeassist.core.outcome import Decision, Proposal

_MOST_PROPOSALS = 9
_MOST_LINES = 24


class Choice(NamedTuple):
    """What was answered: texts for the conflicts of a file, and whether to stop there."""

    texts: list[bytes | None]
    quit: bool


class Prompt:
    """One conversation."""

    def __init__(
        self,
        console: Console,
        ask: Callable[[str], str],
        edit: Callable[[Decision, str], bytes | None],
        both: Callable[[bytes, bytes], bytes],
    ) -> None:
        """`ask` reads an answer (raises `EOFError` at the end), `edit` opens an editor."""
        self._console, self._ask, self._edit, self._both = console, ask, edit, both

    def file(self, name: str, decisions: Sequence[Decision], lines: Sequence[int]) -> Choice:
        """Ask about every conflict of a file; raises `KeyboardInterrupt` on Ctrl-C."""
        texts: list[bytes | None] = [None] * len(decisions)
        for index, (decision, line) in enumerate(zip(decisions, lines, strict=True)):
            self._show(f"{name}:{line}  conflict {index + 1} of {len(decisions)}", decision)
            answer = self._answer(decision, name)
            if answer is _QUIT:
                return Choice(texts, quit=True)
            texts[index] = answer.text
        return Choice(texts, quit=False)

    def _answer(self, decision: Decision, name: str) -> _Answer:
        proposals = decision.proposals[:_MOST_PROPOSALS]
        numbers = f"1-{len(proposals)} accept, " if len(proposals) > 1 else "1 accept, "
        question = (f"{numbers if proposals else ''}"
                    "o ours, t theirs, b both, e edit, s skip, w why, q quit > ")
        while True:
            try:
                word = self._ask(question).strip().lower()
            except EOFError:
                return _QUIT
            answer = self._simple(word, decision)
            if answer is not None:
                return answer
            if word == "e":
                edited = self._edit(decision, name)
                if edited is not None:
                    return _Answer(edited)
                self._console.print("left as it is: markers remain, or the editor failed")
            elif word == "w":
                self._why(decision)
            else:
                self._console.print(f"not an answer: {printable(word)!r}")

    def _simple(self, word: str, decision: Decision) -> _Answer | None:
        sides = decision.conflict.sides
        if word.isdecimal() and 1 <= int(word) <= min(_MOST_PROPOSALS, len(decision.proposals)):
            return _Answer(decision.proposals[int(word) - 1].text)
        return {
            "o": _Answer(sides.ours),
            "t": _Answer(sides.theirs),
            "b": _Answer(self._both(sides.ours, sides.theirs)),
            "s": _Answer(None),
            "q": _QUIT,
        }.get(word)

    def _show(self, title: str, decision: Decision) -> None:
        conflict = decision.conflict
        self._console.print()
        self._console.print(printable(title), style="bold")
        self._text("ours", conflict.ours, "green")
        if conflict.base is not None:
            self._text("base", conflict.base, "dim")
        self._text("theirs", conflict.theirs, "cyan")
        for number, proposal in enumerate(decision.proposals[:_MOST_PROPOSALS], 1):
            self._text(f"[{number}] {summary(proposal)}", proposal.text, "yellow")

    def _text(self, title: str, text: bytes, style: str) -> None:
        self._console.print(f"--- {title}", style=f"bold {style}")
        lines = printable(text).removesuffix("\n").split("\n") if text else ["(nothing)"]
        for line in lines[:_MOST_LINES]:
            self._console.print(f"  {line}", style=style)
        if len(lines) > _MOST_LINES:
            self._console.print(f"  … {len(lines) - _MOST_LINES} more lines", style="dim")

    def _why(self, decision: Decision) -> None:
        verdict = "would be accepted" if decision.accepted else "is left to you"
        self._console.print(f"this conflict {verdict}: {decision.reason}")
        for number, proposal in enumerate(decision.proposals[:_MOST_PROPOSALS], 1):
            also = f", also printed by {', '.join(proposal.also)}" if proposal.also else ""
            self._console.print(f"  [{number}] {summary(proposal)}{also}")


def summary(proposal: Proposal) -> str:
    """A proposal's source and probability in a few words."""
    if proposal.probability is None:
        return proposal.source
    return f"{proposal.source}, p = {proposal.probability:.2f}"


class _Answer(NamedTuple):
    text: bytes | None


_QUIT = _Answer(None)
