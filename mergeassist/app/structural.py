"""The policy `structural`: a conflict is settled where structure has exactly one answer.

No judge and no probability: the rules below are merges proper, which stay silent where the sides
disagree (docs/structural.md).  Each conflict is merged by itself, and the whole file as one
conflict: what moved or was laid out anew across conflicts merges only so.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from time import monotonic, process_time

from mergeassist.app.guards import withdraw_what_breaks
from mergeassist.core.chunks import Conflict, MergedFile, from_chunks
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision, Proposal
from mergeassist.core.tokens import split_lines
from mergeassist.languages.profile import Profile
from mergeassist.languages.syntax import has_tree, language_of, parses, profile_of
from mergeassist.propose.context import Context
from mergeassist.propose.generate import propose
from mergeassist.propose.patterns import sub_line_patterns
from mergeassist.propose.structure import propose_structure
from mergeassist.propose.structure.damage import doubles
from mergeassist.propose.structure.embedded import propose_embedded
from mergeassist.propose.structure.layout import layout_changes, print_merge
from mergeassist.propose.structure.leaves import edits, leaves, merge_words
from mergeassist.propose.structure.rename import file_renames, is_stale, merge_renamed
from mergeassist.propose.transfer import propose_transfer

# in the order of trust
MERGES = (
    "structure-ordered",
    "structure-unsorted",
    "structure-commutative",
    "transfer-reformat",
    "transfer-wrap",
    "words-wrapped",
    "structure-graft",
)
TOKEN_MERGES = ("transfer-rename", "line-token-merge")  # where no tree can say more
RENAMED = "transfer-rename"
WRAPPED = "words-wrapped"
MIN_LINE = 8  # a lone brace says nothing
BRACKETS = ((b"(", b")"), (b"[", b"]"), (b"{", b"}"))
_NUMBER = re.compile(rb"[\w.+:/-]*\d[\w.+:/-]*")
MAX_WORDS = 6_000
SECONDS = 6.0
MAX_BYTES = 1_000_000
MAX_DOUBLES = 100_000


def decide_by_structure(
    merged: MergedFile, context: Context, seconds: float = SECONDS
) -> tuple[Decision, ...]:
    """A decision for every conflict; what is left stands with proposals in prior order.

    What is not reached within `seconds` (of CPU) is left.
    """
    context = _with_language(merged, context)
    deadline = monotonic() + seconds
    answers = _answers_in(merged, context, seconds)
    decisions: list[Decision] = []
    for conflict, answer in zip(merged.conflicts, answers, strict=True):
        extra = () if answer is None else (answer,)
        rest = propose(conflict.sides, extra, quick=monotonic() > deadline)
        if answer is None:
            decisions.append(Decision(conflict, rest, False, "structure has no single answer"))
            continue
        others = tuple(proposal for proposal in rest if proposal.text != answer.text)
        reason = f"structure has one answer, by {answer.source}"
        decisions.append(Decision(conflict, (answer, *others), True, reason))
    return withdraw_what_breaks(merged, tuple(decisions), context)


def reshaped(merged: MergedFile, context: Context) -> MergedFile:
    """The file as one conflict where that settles more or otherwise, else `merged` itself.

    A conflict is merged beside what git has settled, and a block that one side moved may be in
    both; the three whole versions know better, so where both ways have an answer they must agree.
    """
    versions = (context.base, context.ours, context.theirs)
    if not merged.conflicts or None in versions:
        return merged
    if max(len(text or b"") for text in versions) > MAX_BYTES:
        return merged
    context = _with_language(merged, context)
    whole = from_chunks([Conflict(context.ours or b"", context.base, context.theirs or b"")])
    (of_whole,) = _answers_in(whole, context)
    if of_whole is None:
        return merged
    answers = [None if answer is None else answer.text for answer in _answers_in(merged, context)]
    apart = merged.replace(lambda at, _: answers[at]).settled()
    if apart is not None and leaves(apart).words == leaves(of_whole.text).words:
        return merged
    return whole


def doubted(merged: MergedFile, context: Context) -> MergedFile:
    """git's clean merge; in conflict where it put in twice what each side had put in once.

    Lines far apart merge in silence, and then a key, definition or import stands twice, or the
    text does not parse though all versions do.  The three versions as one conflict then have an
    answer, or people must give it; for an import that stands twice they need not.
    """
    context = _with_language(merged, context)
    profile = profile_of(context.language, context.path)
    text = merged.settled()
    versions = (context.base, context.ours, context.theirs)
    if text is None or profile is None or not has_tree(profile.name) or None in versions:
        return merged
    sides = Merge(*(version or b"" for version in versions))
    if text in sides or len(text) > MAX_BYTES:
        return merged
    broken = parses(context.language, text, context.path) is False and all(
        parses(context.language, side, context.path) for side in sides
    )
    twice = doubles(sides, text, profile)
    if not (broken or any(twice)):
        return merged
    whole = from_chunks([Conflict(sides.ours, sides.base, sides.theirs)])
    if _answers_in(whole, context) != (None,):
        return whole
    return _trimmed(sides) if broken or twice.definitions else merged


def _trimmed(sides: Merge[bytes]) -> MergedFile:
    """The lines in which any version differs as one conflict."""
    lines = [split_lines(side) for side in sides]
    least = min(map(len, lines))
    same = [len({side[at] for side in lines}) == 1 for at in range(least)]
    head = same.index(False) if False in same else least
    same = [len({side[-1 - at] for side in lines}) == 1 for at in range(least - head)]
    tail = same.index(False) if False in same else least - head
    base, ours, theirs = (b"".join(side[head : len(side) - tail]) for side in lines)
    before, behind = lines[0][:head], lines[0][len(lines[0]) - tail :]
    return from_chunks([b"".join(before), Conflict(ours, base, theirs), b"".join(behind)])


def _with_language(merged: MergedFile, context: Context) -> Context:
    if context.language:
        return context
    return context._replace(language=language_of(context.path, merged.side("ours")[:200]))


def _answers_in(
    merged: MergedFile, context: Context, seconds: float = SECONDS
) -> tuple[Proposal | None, ...]:
    """The one answer to each conflict; `None` where there is none, or no time for it.

    The time is the CPU's: what is settled shall not depend on what else the machine does.
    """
    deadline = process_time() + seconds
    versions = Merge(context.base, context.ours, context.theirs)
    offered, answers = _offered(merged, versions, context.path, context.language)
    profile = profile_of(context.language, context.path)
    for at, found in enumerate(offered):
        if at not in answers and process_time() <= deadline:
            answers[at] = _answer(merged, versions, (at, found), profile)
    return tuple(answers.get(at) for at in range(len(offered)))


_Answers = dict[int, Proposal | None]


@lru_cache(maxsize=4)  # `reshaped` asks first, the decision again: for either the same answers
def _offered(
    merged: MergedFile, versions: Merge[bytes | None], path: str, language: str
) -> tuple[tuple[list[Proposal], ...], _Answers]:
    """What the rules say to each conflict, and the answers found so far."""
    context = Context(path, language, *versions)
    conflicts = merged.conflicts
    structural = propose_structure(conflicts, merged, context, strict=True)
    embedded = propose_embedded(merged, context)
    transferred = propose_transfer(conflicts, merged, context)
    lists = zip(structural, embedded, transferred, strict=True)
    return tuple([one for said in of_rules for one in said] for of_rules in lists), {}


def _answer(
    merged: MergedFile,
    versions: Merge[bytes | None],
    offered: tuple[int, list[Proposal]],
    profile: Profile | None,
) -> Proposal | None:
    """The one answer to a conflict, from what the rules and the words of the lines say."""
    at, found = offered
    conflict = merged.conflicts[at]
    by_tree = profile is not None and has_tree(profile.name)  # whose silence is a conflict
    if not by_tree:
        if not _same_number(conflict.sides):
            patterns = sub_line_patterns(conflict.sides)
            found = [*found, *(Proposal(text, name) for name, text in patterns)]
    elif (wrapped := _wrapped(conflict.sides)) is not None:
        found = [*found, Proposal(wrapped, WRAPPED)]
    rules = MERGES if by_tree else (*MERGES, *TOKEN_MERGES)
    trusted = [proposal for proposal in found if proposal.source in rules]
    best = min(trusted, key=lambda p: rules.index(p.source), default=None)
    if by_tree:
        best = _without_stale_names(merged, versions, at, best)
    if any(_moved(conflict, n, versions) for n in (1, 2)):
        return None
    if best is not None and _doubles(merged, versions, (at, best.text), profile):
        return None
    return best


def _doubles(
    merged: MergedFile,
    versions: Merge[bytes | None],
    answer: tuple[int, bytes],
    profile: Profile | None,
) -> bool:
    """Whether the file with one answer, ours elsewhere, has a definition twice by the merge."""
    if profile is None or not has_tree(profile.name) or None in versions:
        return False
    chosen, text = answer
    result = merged.replace(lambda at, conflict: text if at == chosen else conflict.ours)
    whole = result.settled() or b""
    sides = Merge(*(version or b"" for version in versions))
    return len(whole) <= MAX_DOUBLES and doubles(sides, whole, profile).definitions


def _without_stale_names(
    merged: MergedFile,
    versions: Merge[bytes | None],
    chosen: int,
    best: Proposal | None,
) -> Proposal | None:
    """The answer, or the one after a side's renames, where that leaves no old name standing."""
    sides = merged.conflicts[chosen].sides
    names = file_renames(sides, versions)
    if not any(names):
        return best

    def is_fresh(text: bytes) -> bool:
        result = merged.replace(lambda at, c: text if at == chosen else c.ours)
        return not is_stale(result.settled() or b"", names)

    if best is not None and is_fresh(best.text):
        return best
    if sides == versions:  # in a whole file the old name may be somebody else's, as in `a.x`
        return None
    text = merge_renamed(sides, names)
    return Proposal(text, RENAMED) if text is not None and is_fresh(text) else None


def _moved(conflict: Conflict, n: int, versions: Merge[bytes | None]) -> bool:
    """Whether lines that a side took out of a conflict stand elsewhere in its file now."""
    whole, base = versions[n], versions.base
    if whole is None or base is None or whole == conflict.sides[n]:
        return False
    here, there = _lines(conflict.sides.base), _lines(conflict.sides[n])
    gone = here - there
    if not gone:
        return False
    before, after = _lines(base), _lines(whole)
    return any(after[line] >= before[line] for line in gone if len(line) >= MIN_LINE)


def _lines(text: bytes) -> Counter[bytes]:
    return Counter(line.strip() for line in text.splitlines())


def _wrapped(sides: Merge[bytes]) -> bytes | None:
    """The clean merge of words where one side only put some around, as in `f(x)` for `x`."""
    split = sides.map(leaves)
    words = split.map(lambda side: side.words)
    alike = words.trivial() is not None  # but for layout one side alone changed it
    if max(map(len, words)) > MAX_WORDS or not any(
        _encloses(words.base, side, statements=alike) for side in words[1:]
    ):
        return None
    picks = merge_words(words)
    if picks is None:
        return None
    follow_ours = layout_changes(split.base, split.ours) >= layout_changes(split.base, split.theirs)
    return print_merge(split, picks, follow_ours)


def _same_number(sides: Merge[bytes]) -> bool:
    """Whether both sides changed one number, version or date: its parts do not merge."""
    split = sides.map(_NUMBER.findall)
    kept = (Counter(split.base) - Counter(side) for side in split[1:])
    gone = [set(lost) for lost in kept]
    return not gone[0].isdisjoint(gone[1])


def _encloses(base: list[bytes], side: list[bytes], *, statements: bool) -> bool:
    """Whether a side only added words, brackets among them, and no `statements` of its own."""
    script = edits(base, side)
    if not script or any(edit.start < edit.end for edit in script):
        return False
    runs = [side[edit.low : edit.high] for edit in script]
    new = [word for run in runs for word in run]
    whole = b";" in new and not statements  # then a bracket must open here and close there
    return any(
        new.count(a) == new.count(b) > 0
        and (not whole or any(run.count(a) != run.count(b) for run in runs))
        for a, b in BRACKETS
    )
