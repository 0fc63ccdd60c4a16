"""Golden cases: `tests/cases/<language>/<case>/{base,ours,theirs,expected[,ideal]}.<ext>`.

Every case is in conflict for git.  `expected` is what the structural rules make of it, with git's
markers where they rightly stay silent.  A known failure keeps `expected` (what is) beside `ideal`
(what should be); once the ideal is reached the test fails, so that `expected` is replaced.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mergeassist.core.chunks import Conflict
from mergeassist.core.markers import parse, unparse
from mergeassist.core.outcome import Proposal
from mergeassist.languages.syntax import language_of, parses
from mergeassist.propose.context import Context
from mergeassist.propose.structure import propose_structure
from mergeassist.propose.transfer import propose_transfer

CASES = Path(__file__).parents[2] / "cases"
RULES = (
    "structure-ordered",
    "structure-commutative",
    "structure-words",
    "transfer-reformat",
    "transfer-reindent",
    "transfer-rename",
)


def _cases() -> list[Path]:
    return sorted(path.parent for path in CASES.glob("*/*/base.*"))


def _read(case: Path, name: str) -> bytes | None:
    found = list(case.glob(f"{name}.*"))
    return found[0].read_bytes() if found else None


def _git_merge(case: Path) -> bytes:
    ours, base, theirs = (next(case.glob(f"{n}.*")) for n in ("ours", "base", "theirs"))
    command = ["git", "merge-file", "-p", "--diff3", "-Lours", "-Lbase", "-Ltheirs"]
    done = subprocess.run([*command, ours, base, theirs], capture_output=True)
    assert done.returncode > 0, "git merges this case without a conflict"
    return done.stdout


def merged_by_structure(case: Path) -> bytes:
    """The case's merge with the first proposal of a trusted rule for each conflict."""
    path = next(case.glob("base.*")).name
    sides = [_read(case, name) for name in ("base", "ours", "theirs")]
    language = language_of(path, sides[0] or b"")
    context = Context(path=path, language=language, base=sides[0], ours=sides[1], theirs=sides[2])
    merged = parse(_git_merge(case))
    conflicts = merged.conflicts
    by_rule: list[list[Proposal]] = [
        [*structural, *transferred]
        for structural, transferred in zip(
            propose_structure(conflicts, merged, context),
            propose_transfer(conflicts, merged, context),
            strict=True,
        )
    ]

    def resolve(index: int, _: Conflict) -> bytes | None:
        trusted = [p for p in by_rule[index] if p.source in RULES]
        return min(trusted, key=lambda p: RULES.index(p.source)).text if trusted else None

    return unparse(merged.replace(resolve))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case.parent.name}/{case.name}")
def test_case(case: Path) -> None:
    result = merged_by_structure(case)
    ideal = _read(case, "ideal")
    assert ideal is None or result != ideal, "the ideal is reached: make it `expected`"
    assert result == _read(case, "expected")
    if b"<<<<<<<" not in result:
        base = _read(case, "base") or b""
        language = language_of(next(case.glob("base.*")).name, base)
        assert parses(language, result) is not False
