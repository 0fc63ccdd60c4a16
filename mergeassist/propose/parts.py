"""Parts of one side: some of its paragraphs, or of its blocks at the least indentation.

People often keep a side but for one entry, method or paragraph that the merge has made needless.
A part that repeats what another pattern prints costs nothing, and the list is cut by prior weight.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from mergeassist.core.diff3 import Tokens
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import is_blank, split_lines
from mergeassist.propose.patterns import Candidate, join_lines

MAX_PARAGRAPHS = 4
MAX_BLOCKS = 3
_CLOSING = (b"}", b")", b"]", b"end", b"</")


def part_patterns(sides: Merge[bytes]) -> Iterator[Candidate]:
    """Every choice of paragraphs or blocks of one side, in order, less all and none."""
    for side in (sides.ours, sides.theirs):
        lines = split_lines(side)
        for source, parts, most, gap in (
            ("part-paragraphs", paragraphs(lines), MAX_PARAGRAPHS, b"\n"),
            ("part-blocks", blocks(lines), MAX_BLOCKS, b""),
        ):
            if 2 <= len(parts) <= most:
                for count in range(1, len(parts)):
                    for chosen in combinations(parts, count):
                        yield Candidate(source, gap.join(map(join_lines, chosen)))


def paragraphs(lines: Tokens) -> list[Tokens]:
    """The runs of lines that are not blank."""
    parts: list[Tokens] = [[]]
    for line in lines:
        if not is_blank(line):
            parts[-1].append(line)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def blocks(lines: Tokens) -> list[Tokens]:
    """A line of the least indentation with the deeper and closing lines behind it, each."""
    least = min((_indentation(line) for line in lines if not is_blank(line)), default=0)
    parts: list[Tokens] = []
    for line in lines:
        opens = not is_blank(line) and _indentation(line) == least
        if not parts or (opens and not line.lstrip().startswith(_CLOSING)):
            parts.append([])
        parts[-1].append(line)
    return parts


def _indentation(line: bytes) -> int:
    return len(line) - len(line.lstrip())
