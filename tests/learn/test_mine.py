"""Past merges become records: which files are taken, and every field."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mergeassist.app.merge_file import tree_merge
from mergeassist.app.mine import MAX_BYTES, past_merges, record
from mergeassist.core.merge import Merge
from mergeassist.errors import GitError
from mergeassist.git.merges import Replay, list_merges
from mergeassist.git.objects import Objects
from tests.learn.past import DAY, START, Past, framed

FIELDS = ["repo", "merge", "path", "language", "message", "parents", "times", "merge_base",
          "authors", "conflicted_files", "base", "ours", "theirs", "resolved", "history"]


def test_a_record_has_the_fields_of_the_corpus(past: Past) -> None:
    name = past.merge("src/a.py", framed(b"b\n"), framed(b"o\n"), framed(b"t\n"), framed(b"r\n"))
    with Replay(past.root) as replay:
        (merge,) = past_merges(replay, list_merges(past.root).merges)
        (file,) = merge.files
        line = record(replay, merge, file, "some/where")
    assert line is not None
    assert sorted(line) == sorted(FIELDS)
    assert line["merge"] == name
    assert line["parents"] == past.git("rev-parse", "HEAD^1", "HEAD^2").split()
    assert line["merge_base"] == past.git("merge-base", "HEAD^1", "HEAD^2").strip()
    assert line["times"] == [START + DAY] * 3
    assert (line["path"], line["language"]) == ("src/a.py", "python")
    assert line["message"] == "Merge branch 'topic'\n"
    assert line["conflicted_files"] == 1
    assert line["base"] == framed(b"b\n").decode()
    assert line["ours"] == framed(b"o\n").decode()
    assert line["theirs"] == framed(b"t\n").decode()
    assert line["resolved"] == framed(b"r\n").decode()
    assert len(line["authors"][0]) == 8
    assert "example" not in json.dumps(line)
    assert [one["subject"] for one in line["history"]["ours"]] == ["change of ours"]
    assert line["history"]["theirs"][0]["patch"].startswith("@@ -3 +3 @@")


def test_the_regions_are_those_of_git_merge(past: Past) -> None:
    """They are read from what one `merge-tree` left, whatever stands in the texts."""
    title = b"title\n=======\n"  # looks like a marker
    for base, ours, theirs in (
        (b"b\n", b"o\n", b"t\n"),
        (b"b", b"o", b"t"),
        (b"x\r\nb\r\n", b"x\r\no\r\n", b"x\r\nt\r\n"),
        (title + b"b\n", title + b"o\n", title + b"t\n"),
        (b"b\n1\n2\n3\nb", b"o\n1\n2\n3\no", b"\n1\n2\n3\n"),
    ):
        past.merge("a.txt", base, ours, theirs, b"resolved\n")
    with Replay(past.root) as replay:
        merges = past_merges(replay, list_merges(past.root).merges)
        found = [file for merge in merges for file in merge.files]
    assert len(found) == 5
    for file in found:
        assert file.marked is not None
        assert file.regions() == tree_merge(*file.versions)
    assert max(len(file.regions().conflicts) for file in found) == 2  # type: ignore[union-attr]


@pytest.mark.parametrize("ours, resolved", [
    (b"o\0\n", b"r\n"),  # binary
    (b"o\xff\n", b"r\n"),  # not UTF-8
    (b"o" * MAX_BYTES, b"r\n"),  # too large
    (b"o\n", b"<<<<<<< a\no\n=======\nt\n>>>>>>> b\n"),  # committed with markers
], ids=["binary", "latin-1", "large", "markers"])  # fmt: skip
def test_what_is_not_taken(past: Past, ours: bytes, resolved: bytes) -> None:
    past.merge("a.txt", framed(b"b\n"), framed(ours), framed(b"t\n"), framed(resolved))
    with Replay(past.root) as replay:
        (merge,) = past_merges(replay, list_merges(past.root).merges)
    assert (merge.files, merge.conflicted_files, merge.problem) == ((), 1, None)


def test_names_that_quote_and_break_lines(past: Past) -> None:
    """Only a name with a line end cannot be asked for."""
    past.now += DAY
    names = ["a b\t.py", 'q"uote.py', "ü.py", "two\nlines.py", ":colon.py"]
    past.fork(*({name: framed(text) for name in names} for text in (b"b\n", b"o\n", b"t\n")))
    past.git("merge", "-q", "topic", ok=False)
    past.commit({name: framed(b"r\n") for name in names}, "merge")
    with Replay(past.root) as replay:
        (merge,) = past_merges(replay, list_merges(past.root).merges)
    assert sorted(file.path for file in merge.files) == sorted(set(names) - {"two\nlines.py"})
    assert merge.conflicted_files == len(names)


def test_a_clean_merge_a_deleted_file_and_a_stash_are_no_conflicts(past: Past) -> None:
    past.now += DAY
    past.fork({"a": b"1\n", "b": b"1\n"}, {"a": b"2\n"}, {"b": None})
    past.git("merge", "-q", "--no-edit", "topic")
    past.now += DAY
    past.fork({"c": b"1\n"}, {"c": b"2\n"}, {"c": None}, "other")
    past.git("merge", "-q", "other", ok=False)
    past.commit({"c": b"2\n"}, "merge")
    (past.root / "a").write_bytes(b"stashed\n")
    past.git("stash", "-q")
    listing = list_merges(past.root)
    with Replay(past.root) as replay:
        found = [(m.files, m.conflicted_files) for m in past_merges(replay, listing.merges)]
    assert found == [((), 1), ((), 0)]


def test_unrelated_histories_stop_nothing(past: Past) -> None:
    """git gives up at such a merge; the ones behind it are still redone."""
    for at in range(3):
        past.merge("a", framed(b"b%d\n" % at), framed(b"o\n"), framed(b"t\n"), framed(b"r\n"))
        past.git("checkout", "-q", "--orphan", f"apart{at}")
        past.commit({"apart": b"%d\n" % at})
        past.git("checkout", "-q", "main")
        past.now += DAY
        past.git("merge", "-q", "--allow-unrelated-histories", "--no-edit", f"apart{at}",
                 "-X", "theirs")
    with Replay(past.root) as replay:
        found = list(past_merges(replay, list_merges(past.root).merges))
    assert [merge.problem is None for merge in found] == [False, True] * 3
    assert {merge.problem for merge in found} == {None, "refusing to merge unrelated histories"}
    assert [len(merge.files) for merge in found] == [0, 1] * 3


def test_a_missing_object_stops_one_merge_only(past: Past) -> None:
    texts = [(b"b%d\n" % n, b"o%d\n" % n, b"t%d\n" % n, b"r%d\n" % n) for n in range(3)]
    names = [past.merge("a", *map(framed, four)) for four in texts]
    gone = past.git("rev-parse", f"{names[1]}^2:a").strip()
    (past.root / ".git" / "objects" / gone[:2] / gone[2:]).unlink()
    with Replay(past.root) as replay:
        found = list(past_merges(replay, list_merges(past.root).merges))
    assert [len(merge.files) for merge in found] == [1, 0, 1]
    assert found[1].problem is not None and gone in found[1].problem


def test_the_repository_takes_no_part(past: Past) -> None:
    """No driver, attribute or setting of the repository runs, nothing is written to it."""
    past.merge("a", framed(b"b\n"), framed(b"o\n"), framed(b"t\n"), framed(b"r\n"))
    past.git("config", "merge.trap.driver", f"touch {past.root}/trapped; false")
    past.git("config", "merge.conflictStyle", "diff3")
    (past.root / ".git" / "info" / "attributes").write_text("* merge=trap\n")
    before = past.state()
    with Replay(past.root) as replay:
        (merge,) = past_merges(replay, list_merges(past.root).merges)
        assert len(merge.files) == 1
    assert past.state() == before
    assert not (past.root / "trapped").exists()


def test_shallow_octopus_and_grafts_are_told(past: Past, tmp_path: Path) -> None:
    for at in range(2):
        past.merge("a", framed(b"b%d\n" % at), framed(b"o\n"), framed(b"t\n"), framed(b"r\n"))
    for at in range(2):
        past.git("checkout", "-q", "-b", f"arm{at}", "main")
        past.commit({f"arm{at}": b"1\n"})
    past.git("checkout", "-q", "main")
    past.commit({"own": b"1\n"})
    past.git("merge", "-q", "--no-edit", "arm0", "arm1")
    (past.root / ".git" / "info" / "grafts").write_text(past.head() + "\n")
    listing = list_merges(past.root)
    assert len(listing.merges) == 2, "the graft that hides them takes no part"
    assert listing.notes == ["1 merges of more than two parents left out",
                             "grafts are left out of account"]
    (past.root / ".git" / "info" / "grafts").unlink()
    for depth, problems in ((4, ["refusing to merge unrelated histories"]), (5, [None])):
        copy = tmp_path / f"depth {depth}"
        past.git("clone", "-q", "--depth", str(depth), f"file://{past.root}", str(copy))
        listing = list_merges(copy)
        assert "shallow" in listing.notes[0]
        with Replay(copy) as replay:
            found = list(past_merges(replay, listing.merges))
        assert [merge.problem for merge in found] == problems


def test_an_empty_repository_and_none(past: Past, tmp_path: Path) -> None:
    assert list_merges(past.root).merges == []
    outside = tmp_path / "outside"
    outside.mkdir()
    with pytest.raises(GitError):
        list_merges(outside)
    with pytest.raises(GitError):
        Replay(outside)


def test_since_and_newest_first(past: Past) -> None:
    names = [
        past.merge("a", framed(b"%d\n" % at), framed(b"o\n"), framed(b"t\n"), framed(b"r\n"))
        for at in range(3)
    ]
    assert [merge.name for merge in list_merges(past.root).merges] == names[::-1]
    later = list_merges(past.root, since=f"@{START + 2 * DAY}")
    assert [merge.name for merge in later.merges] == names[:0:-1]


def test_many_and_large_objects_through_one_process(past: Past) -> None:
    """More questions and answers than a pipe holds, in order, with gaps."""
    texts = {f"f{at:03}": bytes([65 + at % 26]) * (1000 * (at % 90)) for at in range(300)}
    past.commit(texts)
    names = [f"HEAD:{path}" for path in texts]
    names[10:10] = ["HEAD:none", "HEAD:a blob 5", "two\nlines", "HEAD:"]
    objects = Objects({**os.environ, "GIT_DIR": str(past.root / ".git")})
    found = objects.read_all(names, most=80_000)
    objects.close()
    expected: list[bytes | None] = [t if len(t) <= 80_000 else None for t in texts.values()]
    expected[10:10] = [None] * 4
    assert found == expected


def test_the_script_writes_a_corpus_that_evaluate_reads(past: Past, tmp_path: Path) -> None:
    from mergeassist.app.corpus import read_records

    four = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    past.merge("a.py", *four)
    past.merge("again.py", *four)  # the same conflict once more, and mirrored
    past.merge("mirrored.py", four[0], four[2], four[1], four[3])
    out = tmp_path / "out.jsonl.zst"
    done = subprocess.run(
        [sys.executable, "-m", "training.mine", str(past.root), str(out), "--repo", "some/where"],
        cwd=Path(__file__).parents[2], capture_output=True, check=True,
    )
    assert b"1 files of 3 merges; 0 merges could not be redone" in done.stdout
    (line,) = read_records(out)
    sides = {line["ours"].encode(), line["theirs"].encode()}
    assert Merge(line["base"].encode(), *sorted(sides)) == Merge(four[0], *sorted(four[1:3]))
    assert sorted(line) == sorted(FIELDS)
