"""What a key or a word answers, the same in both views."""

from __future__ import annotations

from collections.abc import Callable

from mergeassist.app.resolve_tree import brings_markers
from mergeassist.app.session import Answer, Place, Session
from mergeassist.app.settle import both
from mergeassist.core.chunks import Conflict
from mergeassist.errors import MergeassistError
from mergeassist.ui.screen import MOST_PROPOSALS

Edit = Callable[[Conflict, str], bytes | None]

NOT_EDITED = "left as it is: markers remain, or the editor failed"
NO_BASE = "nobody knows the base of this conflict"
MARKED_BASE = "the base holds conflicts of its own: it was merged from several"


def answer_for(session: Session, place: Place, word: str) -> Answer | str | None:
    """The answer that a word gives, why it cannot be given, or `None` for another word."""
    conflict = session.conflict(place)
    if word.isdecimal() and word.isascii():
        return _numbered(session, place, int(word))
    if word == "B" and conflict.base is None:
        return NO_BASE
    if word == "B" and brings_markers(conflict, conflict.base or b""):
        return MARKED_BASE
    texts = {
        "o": (conflict.ours, "ours"),
        "t": (conflict.theirs, "theirs"),
        "b": (both(conflict.ours, conflict.theirs), "both"),
        "B": (conflict.base or b"", "base"),
    }
    return Answer(*texts[word]) if word in texts else None


def _numbered(session: Session, place: Place, number: int) -> Answer | str:
    decision = session.decision(place)
    if decision is None:
        return "nothing has judged this conflict yet"
    if not 1 <= number <= min(MOST_PROPOSALS, len(decision.proposals)):
        return f"no proposal {number}"
    return Answer(decision.proposals[number - 1].text, f"proposal {number}")


def give(session: Session, answer: Answer) -> str:
    """Answer the current conflict; what went wrong, empty where nothing did."""
    try:
        session.answer(answer)
    except MergeassistError as error:
        return str(error)
    return ""


def warning(session: Session, place: Place) -> str:
    """What the answers have broken in a file whose last conflict was just settled, or empty."""
    first, *more = session.broken(place) or [None]
    if first is None:
        return ""
    return f"warning: {first.said}" + (f", and {len(more)} more" if more else "")


def take_back(session: Session) -> str:
    """Undo the last answer; what went wrong, empty where nothing did."""
    try:
        return "" if session.undo() else "no answer to undo; mergeassist undo takes older ones back"
    except MergeassistError as error:
        return str(error)
