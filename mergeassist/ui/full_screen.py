"""`mergeassist resolve` on a whole terminal: paint, read a key, act."""

from __future__ import annotations

from time import monotonic

from rich.text import Text

from mergeassist.app.judging import Judging
from mergeassist.app.session import Answer, Session
from mergeassist.ui import screen
from mergeassist.ui.answers import NOT_EDITED, Edit, answer_for, give, take_back, warning
from mergeassist.ui.keys import END, Terminal

_WAKE = 0.25  # seconds between looks at the terminal's size
_PROGRESS = 0.2  # and between screens that only count on
_PAGE = 10  # lines
_SCROLL = {"down": 1, "up": -1, "page down": _PAGE, "page up": -_PAGE}


class FullScreen:
    """One conversation."""

    def __init__(
        self, session: Session, judging: Judging, terminal: Terminal, edit: Edit,
        labels: tuple[str, str] = ("", ""),
    ) -> None:
        self._session, self._judging, self._terminal = session, judging, terminal
        self._edit, self._labels = edit, labels
        self._shown = self._scroll = 0
        self._message = ""
        self._page = ""
        self._size = (0, 0)
        self._painted = 0.0

    def run(self) -> None:
        """Until all is answered and agreed, or the user leaves.

        Raises what stopped the judging, and `KeyboardInterrupt` on Ctrl-C.
        """
        with self._terminal.opened():
            while True:
                self._learn()
                if self._session.complete and not self._session.places:
                    return
                self._paint()
                source = None if self._judging.done else self._judging.source
                key = self._terminal.key(_WAKE, source)
                if key and not self._act(key):
                    return

    def _learn(self) -> None:
        session, here, before = self._session, self._session.current, self._judging.done
        for news in self._judging.news():
            session.take(news)
            if here is None or news.number == here.file or monotonic() > self._painted + _PROGRESS:
                self._terminal.stale = True
        if self._judging.done != before:
            self._terminal.stale = True

    def _paint(self) -> None:
        size = self._terminal.size()
        late = monotonic() > self._painted + _PROGRESS and not self._judging.done
        if self._terminal.stale or late or size != self._size:
            self._size = size
            self._terminal.paint(self.lines(*size))
            self._painted = monotonic()

    def lines(self, width: int, height: int) -> list[Text]:
        """The screen as it should be now."""
        if self._page == "help":
            return screen.page("Keys", screen.help_lines(), (width, height), self._scroll)
        view = self._view()
        if view is None:
            title, lines, keys = self._end()
            return screen.page(title, lines, (width, height), self._scroll, keys)
        if self._page == "why":
            title = f"Why: {view.name}:{view.line}"
            lines = list(screen.why_lines(view))
            return screen.page(title, lines, (width, height), self._scroll)
        return screen.conflict_screen(view, width, height)

    def _view(self) -> screen.View | None:
        session, place = self._session, self._session.current
        if place is None:
            return None
        before, after = session.around(place)
        answer = session.answer_to(place)
        decision = session.decision(place)
        most = len(decision.proposals[: screen.MOST_PROPOSALS]) if decision else 0
        return screen.View(
            session.file(place).name, session.line(place), session.at + 1, len(session.places),
            session.complete, session.settled, session.judged, session.total,
            session.conflict(place), decision, self._labels, before, after,
            min(self._shown, max(most - 1, 0)), answer.called if answer else "",
            session.skipped(place), self._message, self._scroll,
        )  # fmt: skip

    def _end(self) -> tuple[str, list[Text], str]:
        session = self._session
        if not session.complete:
            return "One moment", [Text("The next file is being read …")], "p back, u undo, q quit"
        left = len(session.places) - session.settled
        lines = [Text(f"{session.settled} of {len(session.places)} conflicts are settled"
                      + (f", {left} left as they are." if left else "."), "bold")]
        if left:
            lines.append(Text("The next mergeassist resolve asks about them again."))
        lines += [Text(), Text(self._message, "bold red")]
        return "The end", lines, "Enter or q: finish;  p: back;  u: undo"

    def _act(self, key: str) -> bool:
        """Do what a key asks for; `False` to leave."""
        self._message, self._terminal.stale = "", True
        if key in _SCROLL:
            self._scroll = max(self._scroll + _SCROLL[key], 0)
            return True
        if self._page:
            self._page, self._scroll = "", 0
            return True
        if key in ("q", END):
            return False
        if key in ("?", "h"):
            self._page, self._scroll = "help", 0
        elif key == "p":
            self._move(-1)
        elif key == "u":
            self._message = take_back(self._session)
            self._shown = self._scroll = 0
        elif self._session.current is None:
            return key != "enter" or not self._session.complete
        else:
            self._of_conflict(key)
        return True

    def _of_conflict(self, key: str) -> None:
        place = self._session.current
        view = self._view()
        if place is None or view is None:
            return
        if key == "s":
            self._session.skip()
            self._shown = self._scroll = 0
        elif key == "w":
            self._page, self._scroll = "why", 0
        elif key in ("left", "right") and view.proposals:
            self._shown = (view.shown + (1 if key == "right" else -1)) % len(view.proposals)
        elif key == "e":
            self._edited()
        else:
            word = str(view.shown + 1) if key == "enter" else key
            found = answer_for(self._session, place, word)
            if isinstance(found, Answer):
                self._give(found)
            else:
                self._message = found or f"{key} is no key here; ? shows the keys"

    def _edited(self) -> None:
        place = self._session.current
        if place is None:
            return
        with self._terminal.lent():
            text = self._edit(self._session.conflict(place), self._session.file(place).name)
        if text is None:
            self._message = NOT_EDITED
        else:
            self._give(Answer(text, "by hand"))

    def _give(self, answer: Answer) -> None:
        place = self._session.current
        self._message = give(self._session, answer)
        if not self._message and place is not None:
            self._shown = self._scroll = 0
            self._message = warning(self._session, place)

    def _move(self, steps: int) -> None:
        self._session.go(steps)
        self._shown = self._scroll = 0
