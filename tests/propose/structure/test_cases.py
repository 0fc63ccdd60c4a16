"""Golden cases: `tests/cases/<language>/<case>/{base,ours,theirs,expected[,ideal]}.<ext>`.

Every case is in conflict for git.  `expected` is what the policy `structural` makes of it, with
diff3 markers where it rightly stays silent.  A known failure keeps `expected` (what is) beside
`ideal` (what should be); once the ideal is reached the test fails, so that `expected` is replaced.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mergeassist.app.merge_file import line_merge, merge_texts
from mergeassist.core import markers
from mergeassist.core.merge import Merge
from mergeassist.languages.syntax import language_of, parses
from mergeassist.propose.context import Context

CASES = Path(__file__).parents[2] / "cases"
LABELS = markers.Labels(b"ours", b"base", b"theirs")


def _cases() -> list[Path]:
    return sorted(path.parent for path in CASES.glob("*/*/base.*"))


def _read(case: Path, name: str) -> bytes | None:
    found = list(case.glob(f"{name}.*"))
    return found[0].read_bytes() if found else None


def _versions(case: Path) -> Merge[bytes]:
    return Merge(*(_read(case, name) or b"" for name in Merge._fields))


def _merged(sides: Merge[bytes], path: str) -> bytes:
    done = merge_texts(sides, Context(path, "", *sides), policy="structural")
    assert done is not None
    return markers.render(done.result, "diff3", 7, LABELS)


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case.parent.name}/{case.name}")
def test_case(case: Path) -> None:
    path, sides = next(case.glob("base.*")).name, _versions(case)
    by_lines = line_merge(*sides)
    assert by_lines is not None and by_lines.conflicts, "git merges this case without a conflict"
    result = _merged(sides, path)
    ideal = _read(case, "ideal")
    assert ideal is None or result != ideal, "the ideal is reached: make it `expected`"
    assert result == _read(case, "expected")
    if b"<<<<<<<" not in result:
        assert parses(language_of(path, sides.base), result, path) is not False


@pytest.mark.parametrize("case", _cases()[::8], ids=lambda case: f"{case.parent.name}/{case.name}")
def test_line_ends_and_order_of_sides_change_nothing(case: Path) -> None:
    path, sides = next(case.glob("base.*")).name, _versions(case)
    result = _merged(sides, path)
    is_open = b"<<<<<<<" in result
    assert (b"<<<<<<<" in _merged(sides.mirrored(), path)) == is_open
    dos = _merged(sides.map(lambda side: side.replace(b"\n", b"\r\n")), path)
    assert (b"<<<<<<<" in dos) == is_open
    if not is_open and case.parent.name != "make":  # a CR belongs to a recipe
        assert dos == result.replace(b"\n", b"\r\n")
