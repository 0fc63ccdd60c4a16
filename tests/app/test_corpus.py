"""Reading a corpus, and locating what people committed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zstandard

from mergeassist.app.corpus import (
    committed_texts,
    context_of,
    corpus_files,
    encode,
    read_records,
    without_space,
)
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.errors import InputError

MERGED = MergedFile(
    (b"a\nb\n", Conflict(b"x\n", b"o\n", b"y\n"), b"c\n", Conflict(b"1\n", b"", b"2\n"), b"d\n")
)


@pytest.mark.parametrize(
    ("resolved", "found"),
    [
        (b"a\nb\nx\nc\n2\nd\n", [b"x\n", b"2\n"]),
        (b"a\nb\nc\nd\n", [b"", b""]),
        (b"new\na\nb\nx\ny\nc\n1\nd\nmore\n", [b"x\ny\n", b"1\n"]),
        (b"a\nx\nc\n1\nd\n", [None, b"1\n"]),
        (b"a\nb\nx\n1\nd\n", [None, None]),
    ],
)
def test_the_answer_lies_between_surviving_neighbours(
    resolved: bytes, found: list[bytes | None]
) -> None:
    assert committed_texts(MERGED, resolved) == found


def test_a_conflict_at_the_edges_of_the_file() -> None:
    alone = MergedFile((Conflict(b"x\n", b"", b"y\n"),))
    assert committed_texts(alone, b"anything\nat all") == [b"anything\nat all"]


def test_files_are_found_and_read_compressed_or_not(tmp_path: Path) -> None:
    line = json.dumps({"path": "a.py"}) + "\n"
    (tmp_path / "one.jsonl").write_text(line)
    (tmp_path / "two.jsonl.zst").write_bytes(zstandard.compress(line.encode() * 2))
    (tmp_path / "README.md").write_text("not data")
    found = [list(read_records(path)) for path in corpus_files([tmp_path])]
    assert [len(records) for records in found] == [1, 2]


def test_a_folder_without_a_corpus_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no corpus here"):
        corpus_files([tmp_path])


def test_the_context_never_holds_the_answer() -> None:
    record = {
        "path": "a.py", "language": "python", "base": "b", "ours": "o", "theirs": "t",
        "resolved": "the answer", "merge": "abc", "message": "Merge branch 'x'",
        "times": [3, 2, 1], "authors": ["m", "o", "t"], "conflicted_files": 2, "history": None,
    }  # fmt: skip
    context = context_of(record)
    assert "the answer" not in repr(context)
    assert context.times == (3, 2, 1)


def test_lone_surrogates_stand_for_bytes() -> None:
    assert encode("\udcff") == b"\xff"


def test_equality_without_space() -> None:
    assert without_space(b" a\n\tb ") == b"ab"
