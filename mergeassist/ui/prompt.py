"""Ask a person about one conflict after the other, on a plain terminal or a pipe.

What is asked and shown goes through two functions, so that tests need no terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mergeassist.app.session import Answer, Place, Session
from mergeassist.propose.words import most_telling, phrase
from mergeassist.ui.answers import NOT_EDITED, Edit, answer_for, give, take_back, warning
from mergeassist.ui.console import printable
from mergeassist.ui.screen import MOST_PROPOSALS

if TYPE_CHECKING:
    from rich.console import Console

    from mergeassist.core.outcome import Decision, Proposal

_MOST_LINES = 24
_WORDS = ("o ours, t theirs, b both, B base, e edit, s skip, p back, u undo, w why, q quit > ")


class Prompt:
    """One conversation."""

    def __init__(self, console: Console, ask: Callable[[str], str], edit: Edit) -> None:
        """`ask` reads an answer (raises `EOFError` at the end), `edit` opens an editor."""
        self._console, self._ask, self._edit = console, ask, edit

    def run(self, session: Session, learn: Callable[[], bool]) -> None:
        """Ask about every conflict; raises `KeyboardInterrupt` on Ctrl-C.

        `learn` tells the session of one more file or decision, `False` where there is none.
        """
        while True:
            while _waits(session) and learn():
                pass
            place = session.current
            if place is None:
                return
            if not self._turn(session, place):
                return

    def _turn(self, session: Session, place: Place) -> bool:
        """Show one conflict and ask until something comes of it; `False` to leave."""
        file, decision = session.file(place), session.decision(place)
        answer = session.answer_to(place)
        title = f"{file.name}:{session.line(place)}  conflict {place.position + 1} of " \
                f"{len(file.conflicts)}" + (f"  (settled: {answer.called})" if answer else "")
        if decision is None:
            session.skip()
            return True
        self._show(title, decision)
        while True:
            proposals = min(len(decision.proposals), MOST_PROPOSALS)
            numbers = "" if not proposals else f"1-{proposals} accept, " if proposals > 1 \
                else "1 accept, "
            try:
                word = self._ask(numbers + _WORDS).strip()
                word = word if word == "B" else word.lower()
            except EOFError:
                return False
            if word in ("q", "quit"):
                return False
            if self._acted(session, place, decision, word):
                return True

    def _acted(self, session: Session, place: Place, decision: Decision, word: str) -> bool:
        """Whether the conversation goes on with another conflict."""
        found = answer_for(session, place, word)
        if word == "e":
            text = self._edit(session.conflict(place), session.file(place).name)
            found = NOT_EDITED if text is None else Answer(text, "by hand")
        if isinstance(found, Answer):
            found = give(session, found)
            if not found:
                if said := warning(session, place):
                    self._console.print(printable(said))
                return True
        elif word == "u":
            found = take_back(session)
            if not found:
                return True
        elif word == "s":
            session.skip()
            return True
        elif word == "p":
            session.go(-1)
            return True
        elif word == "w":
            self._why(decision)
            return False
        self._console.print(printable(found or f"not an answer: {word!r}"))
        return False

    def _show(self, title: str, decision: Decision) -> None:
        conflict = decision.conflict
        self._console.print()
        self._console.print(printable(title), style="bold")
        self._text("ours", conflict.ours, "green")
        if conflict.base is not None:
            self._text("base", conflict.base, "dim")
        self._text("theirs", conflict.theirs, "cyan")
        for number, proposal in enumerate(decision.proposals[:MOST_PROPOSALS], 1):
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
        for number, proposal in enumerate(decision.proposals[:MOST_PROPOSALS], 1):
            also = f"; printed by {', '.join(proposal.sources)}"
            said = phrase(most_telling(proposal.sources))
            self._console.print(f"  [{number}] {summary(proposal)}: {said}{also}")


def _waits(session: Session) -> bool:
    """Whether more must be known before something can be asked."""
    place = session.current
    return place is None or session.decision(place) is None


def summary(proposal: Proposal) -> str:
    """A proposal's source and probability in a few words."""
    if proposal.probability is None:
        return proposal.source
    return f"{proposal.source}, p = {proposal.probability:.2f}"
