"""What the names of patterns mean, in words for people who have not read the code."""

from __future__ import annotations

from collections.abc import Iterable

_OF_PRIMITIVE = {
    "ours": "ours", "theirs": "theirs", "base": "the base",
    "ours-theirs": "ours, then theirs", "theirs-ours": "theirs, then ours",
    "ours-new": "what ours added", "theirs-new": "what theirs added",
    "ours-theirs-new": "what ours, then what theirs added",
    "theirs-ours-new": "what theirs, then what ours added",
    "empty": "nothing", "mixed": "some of ours, some of theirs",
}  # fmt: skip

# a prefix that a primitive's name follows, and what is done with it
_LEVELS = {
    "line-token-": "words merged inside merged lines; where they collide: ",
    "token-": "words merged; where they collide: ",
    "sub-": "lines merged; where they collide: ",
    "line-": "",
    "tight-": "without blank lines between: ",
    "blank-": "with a blank line between: ",
}  # fmt: skip

_WHOLE = {
    "line-ours": "ours as it is", "line-theirs": "theirs as it is", "line-empty": "neither side",
    "seen-exact": "as this repository resolved the same conflict before",
    "seen-space": "as this repository resolved it before, white space aside",
    "seen-renamed": "as this repository resolved a conflict of this form before",
    "token-merge": "words merged without a collision",
    "line-token-merge": "words merged inside merged lines, without a collision",
    "structure-ordered": "merged by the syntax tree, order kept",
    "structure-commutative": "merged by the syntax tree where order does not matter",
    "structure-unsorted": "merged by the syntax tree, additions left in the order they came",
    "part-paragraphs": "one side less some of its paragraphs",
    "part-blocks": "one side less some of its blocks",
    "structure-words": "merged by the syntax tree, words inside",
    "structure-graft": "one side's edits in what the other left as it was, where that now stands",
    "structure-both": "merged by the syntax tree, both kept where they differ",
    "transfer-reformat": "one side only changed the layout: the other's words in it",
    "transfer-reindent": "one side only re-indented: the other's lines in its indentation",
    "transfer-rename": "one side renamed: the other's lines use the new name",
    "transfer-rename-once": "one side renamed: the other's lines use the new name",
    "transfer-layout": "both changed words apart from each other, one the layout too",
    "transfer-insertion": "one side deleted lines, what the other put among them stays",
    "transfer-move": "one side moved lines: the other's edit follows them",
    "transfer-wrap": "one side put lines around, the other's edit stays inside",
    "transfer-touching": "both changed words that meet without overlap",
    "layout-ours": "words merged, white space too; disputes as in ours",
    "layout-theirs": "words merged, white space too; disputes as in theirs",
    "layout-all-ours": "words merged, white space of ours",
    "layout-all-theirs": "words merged, white space of theirs",
    "union-ours-theirs": "the lines of both, each once, ours first",
    "union-theirs-ours": "the lines of both, each once, theirs first",
    "union-inner": "the lines of both inside merged lines, ours first",
    "union-inner-mirrored": "the lines of both inside merged lines, theirs first",
    "union-sorted": "the lines of both, each once, sorted",
    "union-separated": "the entries of both with their commas, ours first",
    "union-separated-mirrored": "the entries of both with their commas, theirs first",
    "ours-not-theirs": "ours without the lines of theirs",
    "theirs-not-ours": "theirs without the lines of ours",
    "two-way-mixed": "some of ours, some of theirs where they differ",
    "two-way-lines-ours-theirs": "where lines differ: ours, then theirs",
    "two-way-lines-theirs-ours": "where lines differ: theirs, then ours",
    "two-way-tokens-ours-theirs": "where words differ: ours, then theirs",
    "two-way-tokens-theirs-ours": "where words differ: theirs, then ours",
}  # fmt: skip

# the more a name says, the earlier it comes
_TELLING = ("seen-", "line-ours", "line-theirs", "line-empty", "line-base", "structure-",
            "transfer-", "union-", "token-merge", "layout-", "line-", "sub-", "token-")


def phrase(source: str) -> str:
    """A pattern in words; its name where there are none."""
    if source in _WHOLE:
        return _WHOLE[source]
    for prefix, words in _LEVELS.items():
        rest = source.removeprefix(prefix)
        if rest != source and rest in _OF_PRIMITIVE:
            return words + _OF_PRIMITIVE[rest]
    return source


def most_telling(sources: Iterable[str]) -> str:
    """The pattern to name where several print the same text."""

    def rank(source: str) -> tuple[int, int]:
        places = (at for at, prefix in enumerate(_TELLING) if source.startswith(prefix))
        return next(places, len(_TELLING)), len(source)

    return min(sources, key=rank)
