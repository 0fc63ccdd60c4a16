"""Find the conflicts of the index again in a text of the work tree that people may have edited.

What stands in the work tree decides which regions are open and what surrounds them; the index
decides what the three sides are.  Nothing outside an open region is ever changed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mergeassist.core import markers
from mergeassist.core.chunks import Chunk, Conflict, MarkerLines, MergedFile, from_chunks
from mergeassist.core.merge import Merge
from mergeassist.git.textmerge import restore_final_newline

# chunks of git's merge that one region of style `merge` is looked for in
_LONGEST_RUN = 15


class Region(NamedTuple):
    """A stretch of the file that is open: its conflicts, and how it stands there.

    Style `merge` joins conflicts that are near each other and splits them at lines that both
    sides added, so a stretch may hold several conflicts, and settled text between them.
    """

    chunks: tuple[Chunk, ...]
    verbatim: bytes
    lines: MarkerLines | None

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The conflicts of this stretch."""
        return MergedFile(self.chunks).conflicts


class Regions(NamedTuple):
    """A work-tree text as settled text and open stretches whose sides are those of the index.

    A conflict whose base is not known (`Conflict.base is None`) must not be decided without a
    person.
    """

    parts: tuple[bytes | Region, ...]
    size: int

    @property
    def merged(self) -> MergedFile:
        """The file as the pipeline sees it."""
        chunks: list[Chunk] = []
        for part in self.parts:
            chunks += part.chunks if isinstance(part, Region) else [part]
        return from_chunks(chunks)

    def text(self, resolutions: Sequence[bytes | None]) -> bytes:
        """The file with each resolution in place; `None` leaves that conflict as it stands."""
        left = iter(resolutions)
        end = markers.line_end(self.merged)
        parts: list[bytes] = []
        for position, part in enumerate(self.parts):
            if isinstance(part, bytes):
                parts.append(part)
                continue
            mine = [next(left) for _ in part.conflicts]
            if all(text is None for text in mine):
                parts.append(part.verbatim)
            else:
                last = position == len(self.parts) - 1
                parts.append(self._settle(part, mine, end, last=last))
        return b"".join(parts)

    def _settle(
        self, region: Region, resolutions: Sequence[bytes | None], end: bytes, *, last: bool
    ) -> bytes:
        left = iter(resolutions)
        parts: list[bytes] = []
        for position, chunk in enumerate(region.chunks):
            if isinstance(chunk, bytes):
                parts.append(chunk)
                continue
            text = next(left)
            if text is None:
                style, labels = look(region.lines)
                parts.append(markers.render(MergedFile((chunk,)), style, self.size, labels))
            else:
                final = last and position == len(region.chunks) - 1
                parts.append(text if final else _ended(text, end))
        return b"".join(parts)

    def lines(self) -> list[int]:
        """The line number, from 1, of the open stretch each conflict stands in."""
        numbers: list[int] = []
        line = 1
        for part in self.parts:
            if isinstance(part, Region):
                numbers += [line] * len(part.conflicts)
            line += (part.verbatim if isinstance(part, Region) else part).count(b"\n")
        return numbers


class NoCorrespondenceError(ValueError):
    """The work-tree text cannot be led back to the versions of the index; says why."""


def locate(work: bytes, versions: Merge[bytes], reference: MergedFile, size: int) -> Regions:
    """The conflicts open in `work`, with the sides and bases that the index gives them.

    `reference` is git's merge of `versions`.  Raises `NoCorrespondenceError`.
    """
    parsed = markers.parse(work, size)
    if not parsed.conflicts:
        raise NoCorrespondenceError(_why_no_conflict(work, versions, size))
    marked = [_raw(chunk) for chunk in parsed.chunks]
    parsed = restore_final_newline(parsed, versions)
    untouched = all(parsed.side(name) == reference.side(name) for name in ("ours", "theirs"))
    if untouched:
        regions = _aligned(parsed, marked, reference, size)
        if regions is not None:
            return regions
    # a line of the versions that looks like a marker may have been taken for one
    strict = markers.free_size(*versions, at_least=size) != size
    parts = _matched(parsed, marked, versions, reference, strict=strict)
    return Regions(tuple(parts), size)


def _why_no_conflict(work: bytes, versions: Merge[bytes], size: int) -> str:
    if markers.has_markers(work, size):
        return "its conflict markers are damaged"
    if work in (versions.ours, versions.theirs):
        side = "ours" if work == versions.ours else "theirs"
        return f"it holds {side} without conflict markers, chosen by you or left by a failed merge"
    return "it holds no conflict markers: settled by hand?"


def _raw(chunk: Chunk) -> bytes:
    return chunk if isinstance(chunk, bytes) else markers.unparse(MergedFile((chunk,)))


def look(lines: MarkerLines | None) -> tuple[str, markers.Labels]:
    """Style and labels of markers that stand in the file."""
    if lines is None:
        return "merge", markers.Labels()
    ours, base, _, theirs = (line and line.partition(b" ")[2].strip() for line in lines)
    style = "merge" if lines.base is None else "diff3"
    return style, markers.Labels(ours or b"", base or b"", theirs or b"")


class _Range(NamedTuple):
    """Where something stands in the file made of ours, and in the one made of theirs."""

    ours: tuple[int, int]
    theirs: tuple[int, int]

    def ends_before(self, other: _Range) -> bool:
        return self.ours[1] <= other.ours[0] and self.theirs[1] <= other.theirs[0]

    def holds(self, other: _Range) -> bool:
        return all(
            mine[0] <= its[0] and its[1] <= mine[1] for mine, its in zip(self, other, strict=True)
        )

    def hull(self, other: _Range) -> _Range:
        return _Range(*(
            (min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(self, other, strict=True)
        ))


class _Span(NamedTuple):
    """A chunk, how it stands in the file, and where in the files made of either side."""

    chunk: Chunk
    raw: bytes
    range: _Range


def _spans(chunks: Iterable[Chunk], raws: Iterable[bytes]) -> Iterator[_Span]:
    ours = theirs = 0
    for chunk, raw in zip(chunks, raws, strict=True):
        a, b = (chunk, chunk) if isinstance(chunk, bytes) else (chunk.ours, chunk.theirs)
        yield _Span(chunk, raw, _Range((ours, ours + len(a)), (theirs, theirs + len(b))))
        ours, theirs = ours + len(a), theirs + len(b)


def _aligned(
    parsed: MergedFile, marked: Sequence[bytes], reference: MergedFile, size: int
) -> Regions | None:
    """The reference's own conflicts, as they stand in a file nobody has edited.

    `None` where git and the reference do not agree on what is open.
    """
    work = list(_spans(parsed.chunks, marked))
    whole = list(_spans(reference.chunks, (b"" for _ in reference.chunks)))
    parts: list[bytes | Region] = []
    done = (0, 0)
    for stretch in _stretches([*work, *whole]):
        before = _Range((done[0], stretch.ours[0]), (done[1], stretch.theirs[0]))
        outside, stands, means = (_cut(work, before), _cut(work, stretch), _cut(whole, stretch))
        if outside is None or not stands or not means:
            return None
        marks = next((s.chunk.lines for s in stands if isinstance(s.chunk, Conflict)), None)
        region = Region(tuple(s.chunk for s in means), b"".join(s.raw for s in stands), marks)
        if marks is None or not region.conflicts:
            return None
        parts += [b"".join(span.raw for span in outside), region]
        done = (stretch.ours[1], stretch.theirs[1])
    end = work[-1].range
    rest = _cut(work, _Range((done[0], end.ours[1]), (done[1], end.theirs[1])))
    if rest is None:
        return None
    parts.append(b"".join(span.raw for span in rest))
    return Regions(tuple(part for part in parts if part), size)


def _stretches(spans: Iterable[_Span]) -> list[_Range]:
    """The ranges of all conflicts, those that touch each other joined."""
    found: list[_Range] = []
    for place in sorted(span.range for span in spans if isinstance(span.chunk, Conflict)):
        if found and not found[-1].ends_before(place):
            found[-1] = found[-1].hull(place)
        else:
            found.append(place)
    return found


def _near(spans: Sequence[_Span], place: _Range) -> Sequence[_Span]:
    """The spans that touch a range in either file: a large file has too many to look at all."""
    low = min(
        bisect_left(spans, place.ours[0], key=lambda span: span.range.ours[1]),
        bisect_left(spans, place.theirs[0], key=lambda span: span.range.theirs[1]),
    )
    high = max(
        bisect_right(spans, place.ours[1], key=lambda span: span.range.ours[0]),
        bisect_right(spans, place.theirs[1], key=lambda span: span.range.theirs[0]),
    )
    return spans[low:high]


def _cut(spans: Sequence[_Span], place: _Range) -> list[_Span] | None:
    """What stands within a range; `None` where a border does not fall between the same bytes."""
    found: list[_Span] = []
    for span in _near(spans, place):
        if isinstance(span.chunk, Conflict):
            if place.holds(span.range):
                found.append(span)
            continue
        offsets = {
            (max(border[0], at[0]) - at[0], min(border[1], at[1]) - at[0])
            for border, at in zip(place, span.range, strict=True)
        }
        inside = {(low, high) for low, high in offsets if low < high}
        if not inside:
            continue
        if len(offsets) > 1:
            return None
        ((low, high),) = inside
        found.append(_Span(span.chunk[low:high], span.raw[low:high], span.range))
    return found


def _matched(
    parsed: MergedFile,
    marked: Sequence[bytes],
    versions: Merge[bytes],
    reference: MergedFile,
    *,
    strict: bool,
) -> Iterator[bytes | Region]:
    """Regions of an edited file, one by one; raises `NoCorrespondenceError` for a strange one.

    With `strict` every region must be one of the reference's.
    """
    at = number = 0
    for chunk, raw in zip(parsed.chunks, marked, strict=True):
        if isinstance(chunk, bytes):
            yield chunk
            continue
        number += 1
        found = _run(reference.chunks, at, chunk)
        if found is not None:
            chunks, at = found  # conflicts keep their order
        elif not strict and _stands_in(chunk, versions):
            chunks = (Conflict(chunk.ours, chunk.base, chunk.theirs),)
        else:
            raise NoCorrespondenceError(f"its conflict {number} was edited or is not of this merge")
        yield Region(chunks, raw, chunk.lines)


def _run(
    chunks: Sequence[Chunk], start: int, region: Conflict
) -> tuple[tuple[Chunk, ...], int] | None:
    """The neighbouring chunks from `start` on that make up `region`, and where they end."""
    for first in range(start, len(chunks)):
        if not isinstance(chunks[first], Conflict):
            continue
        for end in range(first + 1, min(first + _LONGEST_RUN, len(chunks)) + 1, 2):
            found = _trimmed(chunks[first:end], region)
            if found is not None:
                return found, end
    return None


def _trimmed(run: Sequence[Chunk], region: Conflict) -> tuple[Chunk, ...] | None:
    """`run` where it reads like `region`, without first and last lines that both sides share."""
    whole = MergedFile(tuple(run))
    ours, theirs = whole.side("ours"), whole.side("theirs")
    if (ours, theirs) == (region.ours, region.theirs):
        return tuple(run)
    head, a, b, tail = markers.split_common(ours, theirs)
    first = run[0]
    if (a, b) != (region.ours, region.theirs) or not isinstance(first, Conflict):
        return None
    if not all(side.startswith(head) for side in (first.ours, first.theirs)):
        return None
    cut = [first._replace(ours=first.ours[len(head) :], theirs=first.theirs[len(head) :]), *run[1:]]
    last = cut[-1]
    if not isinstance(last, Conflict):
        return None
    if not all(side.endswith(tail) for side in (last.ours, last.theirs)):
        return None
    cut[-1] = last._replace(
        ours=last.ours.removesuffix(tail), theirs=last.theirs.removesuffix(tail)
    )
    return tuple(cut)


def _stands_in(region: Conflict, versions: Merge[bytes]) -> bool:
    sides = [(region.ours, versions.ours), (region.theirs, versions.theirs)]
    if region.base is not None:
        sides.append((region.base, versions.base))
    return any(side for side, _ in sides) and all(_has_lines(text, side) for side, text in sides)


def _has_lines(text: bytes, lines: bytes) -> bool:
    return not lines or text.startswith(lines) or b"\n" + lines in text


def _ended(text: bytes, end: bytes) -> bytes:
    """A resolution in the middle of a file ends its last line."""
    return text if not text or text.endswith(b"\n") else text + end
