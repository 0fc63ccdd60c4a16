"""The structural proposer: from a conflict outwards to the smallest node that holds it.

For each conflict three texts are compared that differ in this conflict only (the other conflicts
read as ours), so that every node outside of it is the same in all three and stays untouched.  The
smallest node that covers the region in all three trees is merged (`nodes.py`); what the merge
puts between the unchanged text before and behind the conflict is the proposal.
"""

from __future__ import annotations

from collections import Counter
from time import process_time
from typing import Any, NamedTuple

from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Proposal
from mergeassist.languages.profiles import Profile
from mergeassist.languages.syntax import language_of, parse, profile_of
from mergeassist.languages.unordered import widened
from mergeassist.propose.context import Context
from mergeassist.propose.structure.graft import grafted
from mergeassist.propose.structure.nodes import Trace, merge_nodes
from mergeassist.propose.structure.printing import Conflicted
from mergeassist.propose.structure.units import Source, words_of

BUDGET = 2.0  # CPU seconds a file: a busy machine must not change what is proposed
MAX_BYTES = 1_000_000
MAX_CONFLICTS = 60
MAX_OUTWARDS = 2
SETTLE = ("both",)  # ours and theirs were right 7 % and 3 % of the time on the valid split


class _View(NamedTuple):
    """The file as one version sees one conflict: `text[start:stop]` is the conflict's side."""

    text: bytes
    start: int
    stop: int
    tree: Any


def propose_structure(
    conflicts: tuple[Conflict, ...],
    merged: MergedFile,
    context: Context,
    *,
    strict: bool = False,
) -> list[list[Proposal]]:
    """Proposals for each conflict of a file; never raises for bad input.

    With `strict`, those only that may stand unjudged.
    """
    result: list[list[Proposal]] = [[] for _ in conflicts]
    profile = profile_of(context.language or language_of(context.path), context.path)
    file_ours = merged.side("ours")
    if profile is None or profile.prose or profile.grammar is None:
        return result
    if len(conflicts) > MAX_CONFLICTS or len(file_ours) > MAX_BYTES:
        return result
    deadline = process_time() + BUDGET
    profile = widened(profile.name) if strict else profile
    tree = parse(profile.name, file_ours)
    if tree is None:
        return result
    at = index = 0
    for chunk in merged.chunks:
        if isinstance(chunk, Conflict):
            if index < len(result) and process_time() < deadline:
                view = _View(file_ours, at, at + len(chunk.ours), tree)
                result[index] += _propose(chunk, view, profile, (deadline, strict))
            index += 1
            at += len(chunk.ours)
        else:
            at += len(chunk)
    return result


def _propose(
    conflict: Conflict, ours: _View, profile: Profile, terms: tuple[float, bool]
) -> list[Proposal]:
    """The merge where it is clean, else what it is with its inner conflicts settled one way."""
    deadline, strict = terms
    if conflict.ours == conflict.theirs or conflict.base in (conflict.ours, conflict.theirs):
        return []
    views = Merge(
        _other(ours, conflict.base or b"", profile), ours, _other(ours, conflict.theirs, profile)
    )
    covering = _covering(views)
    for nodes in covering[:MAX_OUTWARDS]:
        if any(node.has_error for node in nodes):
            return []
        trace = Trace(deadline, strict=strict)
        proposal = _merged(conflict, views, nodes, trace, profile)
        if proposal is None:
            continue
        if not trace.sorted:
            return [proposal]
        # sorted on thin evidence: as they come, too
        again = Trace(deadline, sort=False, strict=strict)
        plain = _merged(conflict, views, nodes, again, profile)
        return [proposal, plain] if plain is not None else [proposal]
    if strict:  # of 1,510 conflicts of valid the judge would get a new text in four, none right
        return _grafted(conflict, views, profile)
    found: list[Proposal] = []
    seen = set(conflict.sides)
    for settle in SETTLE:
        proposal = _merged(conflict, views, covering[0], Trace(deadline, settle), profile)
        if proposal is not None and proposal.text not in seen:
            seen.add(proposal.text)
            found.append(proposal)
    return found


def _merged(
    conflict: Conflict, views: Merge[_View], nodes: Merge[Any], trace: Trace, profile: Profile
) -> Proposal | None:
    """The conflict's part of the merged node, where the guards let it pass."""
    sources = views.map(lambda view: Source(view.text, profile, view.start, view.stop))
    try:
        text = merge_nodes(sources, nodes, trace)
    except (Conflicted, RecursionError):
        return None
    ours = views.ours
    start, end = nodes.ours.start_byte, nodes.ours.end_byte
    end = start + len(ours.text[start:end].rstrip())  # units end before white space
    side = _between(ours, ours.text[:start] + text + ours.text[end:])
    if side is None or not (trace.settle or _accounted(conflict.sides, side)):
        return None
    had_errors = any(view.tree.root_node.has_error for view in views)
    if not had_errors and _other(ours, side, profile).tree.root_node.has_error:
        if trace.separator or "," not in profile.separators:
            return None
        again = Trace(trace.deadline, trace.settle, trace.sort, trace.strict)
        again.separator = b","
        return _merged(conflict, views, nodes, again, profile)
    return Proposal(side, _source(trace))


def _grafted(conflict: Conflict, views: Merge[_View], profile: Profile) -> list[Proposal]:
    """One side's edits in the other's subtrees, where the guards let them pass."""
    sources = views.map(lambda view: Source(view.text, profile, view.start, view.stop))
    text = grafted(sources, views.map(lambda view: view.tree.root_node))
    if text is None or not _accounted(conflict.sides, text):
        return []
    had_errors = any(view.tree.root_node.has_error for view in views)
    if had_errors or _other(views.ours, text, profile).tree.root_node.has_error:
        return []
    return [Proposal(text, "structure-graft")]


def _source(trace: Trace) -> str:
    if trace.settle:
        return f"structure-{trace.settle}"
    if trace.by_words:
        return "structure-words"
    if not trace.sort:
        return "structure-unsorted"
    return "structure-commutative" if trace.commuted else "structure-ordered"


def _other(ours: _View, side: bytes, profile: Profile) -> _View:
    """The view of another version: ours with one conflict exchanged, parsed incrementally."""
    text = ours.text[: ours.start] + side + ours.text[ours.stop :]
    stop = ours.start + len(side)
    old = ours.tree.copy()
    _edit(old, ours.text, ours.start, ours.stop, text, stop)
    return _View(text, ours.start, stop, parse(profile.name, text, old))


def _edit(tree: Any, was: bytes, start: int, old_end: int, now: bytes, new_end: int) -> None:
    tree.edit(
        start_byte=start,
        old_end_byte=old_end,
        new_end_byte=new_end,
        start_point=_point(was, start),
        old_end_point=_point(was, old_end),
        new_end_point=_point(now, new_end),
    )


def _point(text: bytes, at: int) -> tuple[int, int]:
    return text.count(b"\n", 0, at), at - text.rfind(b"\n", 0, at) - 1


def _covering(views: Merge[_View]) -> list[Merge[Any]]:
    """The nodes that hold the conflict in all three trees, innermost first."""
    found: list[Merge[Any]] = []
    nodes: Merge[Any] = views.map(lambda view: view.tree.root_node)
    while True:
        found.append(nodes)
        inner = [_inner(node, view) for node, view in zip(nodes, views, strict=True)]
        places = {
            None if node is None else (node.type, node.start_byte, len(view.text) - node.end_byte)
            for node, view in zip(inner, views, strict=True)
        }
        if len(places) > 1 or None in places:
            return found[::-1]
        nodes = Merge(*inner)


def _inner(node: Any, view: _View) -> Any | None:
    """The child that holds the whole conflict with text around it, if one does."""
    for child in node.children:
        if child.end_byte >= view.stop and child.start_byte < view.start:
            return child if child.end_byte > view.start else None
        if child.start_byte >= view.start:
            return None
    return None


def _between(ours: _View, text: bytes) -> bytes | None:
    """What stands for the conflict in a merged file that is otherwise unchanged."""
    before, behind = ours.text[: ours.start], ours.text[ours.stop :]
    if len(text) < len(before) + len(behind):
        return None
    if not (text.startswith(before) and text.endswith(behind)):
        return None
    return text[len(before) : len(text) - len(behind)]


def _accounted(sides: Merge[bytes], side: bytes) -> bool:
    """Whether every word occurs as often as the edits of both sides, added up, ask for."""
    base, ours, theirs = (Counter(words_of(text)) for text in sides)
    merged = Counter(words_of(side))
    for word in {*base, *ours, *theirs, *merged}:
        both = ours[word] + theirs[word] - base[word]
        bounds = (ours[word], theirs[word], both)
        if word not in _MARKS and not max(0, min(bounds)) <= merged[word] <= max(bounds):
            return False
    return True


_MARKS = (b",", b";")  # separators are set anew
