"""The numbers the judge reads: named, finite, and telling."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.outcome import Proposal
from mergeassist.judge.evidence import FileView, Schema, measure
from mergeassist.propose.context import Context
from mergeassist.propose.generate import propose

BEFORE, AFTER = b"def f():\n", b"    return used_name\n"


def evidence_of(
    ours: str, base: str, theirs: str, context: Context | None = None
) -> dict[str, float]:
    conflict = Conflict(ours.encode(), base.encode(), theirs.encode())
    merged = MergedFile((BEFORE, conflict, AFTER))
    view = FileView(merged, context or Context("a.py", "python")).conflicts()[0]
    return measure(view, propose(conflict.sides)).conflict


def candidate(text: str, ours: str, base: str, theirs: str) -> dict[str, float]:
    conflict = Conflict(ours.encode(), base.encode(), theirs.encode())
    view = FileView(MergedFile((BEFORE, conflict, AFTER)), Context("a.py")).conflicts()[0]
    return measure(view, [Proposal(text.encode(), "line-ours")]).candidates[0]


def test_a_side_whose_new_names_are_used_elsewhere() -> None:
    found = evidence_of("    used_name = 1\n", "    old = 1\n", "    other = 1\n")
    assert (found["ours_new_used"], found["theirs_new_used"]) == (1.0, 0.0)


def test_what_ours_once_had_and_changed_is_superseded() -> None:
    commit = {"time": 5, "author": "m", "subject": "try", "patch": "@@\n+    tried\n"}
    context = Context(
        "a.py", times=(10, 9, 8), authors=("m", "m", "x"),
        ours=b"    final\n", theirs=b"    tried\n", base=b"    start\n",
        history={"ours": [commit], "theirs": []},
    )  # fmt: skip
    found = evidence_of("    final\n", "    start\n", "    tried\n", context)
    assert found["theirs_whole_superseded"] == 1.0
    assert found["ours_whole_superseded"] == 0.0
    assert found["known_history"] == 1.0
    assert found["merger_is_ours"] == 1.0


def test_without_metadata_the_flags_say_so() -> None:
    found = evidence_of("a\n", "o\n", "b\n")
    assert (found["known_merge"], found["known_history"]) == (0.0, 0.0)


def test_the_direction_is_read_from_the_message() -> None:
    into = evidence_of("a\n", "o\n", "b\n", Context("x", message="Merge branch 'main' into topic"))
    assert (into["theirs_main"], into["ours_main"]) == (1.0, 0.0)
    plain = evidence_of("a\n", "o\n", "b\n", Context("x", message="Merge branch 'topic'"))
    assert (plain["theirs_main"], plain["ours_main"]) == (0.0, 1.0)


def test_a_list_of_conflicts_in_the_message_is_not_read() -> None:
    one = Context("x", message="Merge branch 'topic'")
    other = Context("x", message="Merge branch 'topic'\n\nConflicts:\n\tmain.py master")
    assert evidence_of("a\n", "o\n", "b\n", one) == evidence_of("a\n", "o\n", "b\n", other)


def test_a_candidate_that_repeats_a_line_and_opens_a_bracket() -> None:
    row = candidate("    if (x\n    if (x\n", "    if (x)\n", "    y\n", "    z\n")
    assert row["doubled"] == 0.5
    assert row["brackets_ours"] == 2.0


def test_a_candidate_that_keeps_what_theirs_deleted() -> None:
    kept = candidate("old\nnew\n", "old\nnew\n", "old\n", "gone\n")
    dropped = candidate("new\n", "old\nnew\n", "old\n", "gone\n")
    assert (kept["theirs_deleted_kept"], dropped["theirs_deleted_kept"]) == (1.0, 0.0)


def test_arrays_follow_the_schema_whatever_was_measured() -> None:
    conflict = Conflict(b"a\n", b"", b"b\n")
    view = FileView(MergedFile((conflict,)), Context("a.py")).conflicts()[0]
    proposals = propose(conflict.sides)
    found = measure(view, proposals)
    schema = Schema(("total-nonsense", "ours_tokens"), ("tokens",), ("line-ours", "no-such"))
    row, rows = found.arrays(schema)
    assert row.tolist()[0] == 0.0 and row[1] > 0
    assert rows.shape == (len(proposals), 3)
    assert rows[:, 1].sum() == 1.0 and rows[:, 2].sum() == 0.0


TEXT = st.lists(
    st.sampled_from([b"a = 1\n", b"\n", b"import x\n", b"v1.2.3\n", b"\xff\x00\n", b"}"]),
    max_size=4,
).map(b"".join)


@given(TEXT, TEXT, TEXT)
def test_all_numbers_are_finite_and_names_are_always_the_same(
    base: bytes, ours: bytes, theirs: bytes
) -> None:
    conflict = Conflict(ours, base, theirs)
    view = FileView(MergedFile((BEFORE, conflict)), Context("a.py", "python")).conflicts()[0]
    found = measure(view, propose(conflict.sides))
    names = set(evidence_of("a\n", "o\n", "b\n"))
    assert set(found.conflict) == names
    assert all(math.isfinite(value) for value in found.conflict.values())
    assert all(math.isfinite(value) for row in found.candidates for value in row.values())
