"""`mergeassist check`: what is a leftover marker, and what only looks like one."""

from __future__ import annotations

import json
import subprocess

import pytest

from mergeassist.app.check import scan
from mergeassist.core import markers
from mergeassist.core.chunks import Conflict, MergedFile

CONFLICT = MergedFile((b"a\n", Conflict(b"X\n", b"b\n", b"Y\n"), b"c\n"))


def found(data: bytes, size: int = 7) -> list[tuple[int | None, str]]:
    return [(finding.line, finding.kind) for finding in scan(data, "f", size)]


@pytest.mark.parametrize("style", markers.STYLES)
@pytest.mark.parametrize("size", [7, 8, 9, 32])
@pytest.mark.parametrize("labels", [markers.Labels(), markers.Labels(b"", b"", b"")])
def test_whole_conflicts_in_every_style_and_size(
    style: str, size: int, labels: markers.Labels
) -> None:
    text = markers.render(CONFLICT, style, size, labels)
    assert found(text) == [(2, "conflict")]
    assert found(text.replace(b"\n", b"\r\n")) == [(2, "conflict")]
    assert found(text.decode().encode("utf-16")) == [(2, "conflict")]


def test_smaller_markers_only_where_the_attribute_says_so() -> None:
    text = markers.render(CONFLICT, "diff3", 5)
    assert found(text) == []
    assert found(text, 5) == [(2, "conflict")]


def test_a_larger_attribute_lets_documents_show_conflicts() -> None:
    shown = markers.render(CONFLICT, "diff3", 7)
    assert found(shown, 32) == []
    assert found(shown + markers.render(CONFLICT, "diff3", 32), 32) == [(11, "conflict")]


def test_nested_conflicts_of_a_criss_cross_merge() -> None:
    inner = markers.render(CONFLICT, "diff3", 9)
    text = markers.render(MergedFile((Conflict(b"X\n", inner, b"Y\n"),)), "diff3", 7)
    assert found(text) == [(1, "conflict"), (5, "conflict")]


@pytest.mark.parametrize("text", [
    b"Title\n=======\n\ntext\n", b"=======\n", b"=======\nTitle\n=======\n",
    b"| a | b |\n|||||||\n", b">>>>>>>\nquoted seven times\n", b"<<<<<<<\n",
    b">>> x\n>>> y\n", b"cat <<<<<<<x\n", b"a <<<<<<< b\n", b"  <<<<<<< HEAD\n",
    b"<<<<<<<< HEAD\n", b">>>>>>>> old quote\n", b"", b"\n", b"\0<<<<<<< HEAD\n",
    b"Title\n=======\n\n>>>>>>>> deep quote\n",
])
def test_honest_text_is_no_finding(text: bytes) -> None:
    assert found(text) == []


@pytest.mark.parametrize(("text", "lines"), [
    (b"a\n<<<<<<< HEAD\nb\n", [2]),
    (b"a\n>>>>>>> topic", [2]),
    (b"<<<<<<< HEAD\na\n=======\nb\n", [1]),
    (b"a\n=======\nb\n>>>>>>>\n", [4]),
    (b"<<<<<<< HEAD\na\n>>>>>>> topic\n", [1, 3]),
    (b"<<<<<<< one\n<<<<<<< two\n=======\n>>>>>>> x\n", [1]),
])
def test_half_removed_conflicts(text: bytes, lines: list[int]) -> None:
    assert [line for line, kind in found(text) if kind == "stray-marker"] == lines


def marked(text: bytes = b"a\n") -> bytes:
    return text + markers.render(CONFLICT, "merge")


def test_tracked_files_are_found_from_any_folder(cli, repository) -> None:
    repository.commit({"a.py": marked(), "ü/b c.md": marked(), "clean.py": b"1\n"})
    repository.write("untracked.py", marked())
    for folder in (repository.root, repository.root / "ü"):
        done = cli("check", cwd=folder)
        assert done.returncode == 1
        assert done.stdout.decode().splitlines() == [
            "a.py:3: conflict: <<<<<<< ours", "ü/b c.md:3: conflict: <<<<<<< ours"]
        assert done.stderr == b""


def test_paths_choose(cli, repository) -> None:
    repository.commit({"a.py": marked(), "d/b.py": marked(), "clean.py": b"1\n"})
    repository.write("d/new.py", marked())
    assert cli("check", "clean.py", cwd=repository.root).returncode == 0
    assert cli("check", "d", cwd=repository.root).stdout.count(b"\n") == 1
    assert b"d/new.py:3" in cli("check", "d/new.py", cwd=repository.root).stdout
    missing = cli("check", "nowhere.py", cwd=repository.root)
    assert missing.returncode == 2 and b"no such file" in missing.stderr


def test_staged_looks_at_what_is_staged(cli, repository) -> None:
    repository.commit({"a.py": b"1\n", "old.py": marked()})
    repository.write("a.py", marked())
    assert cli("check", "--staged", cwd=repository.root).returncode == 0
    repository.git("add", "a.py")
    repository.write("a.py", b"mended, but not staged\n")
    done = cli("check", "--staged", cwd=repository.root)
    assert (done.returncode, done.stdout) == (1, b"a.py:3: conflict: <<<<<<< ours\n")
    assert cli("check", "a.py", cwd=repository.root).returncode == 0


def test_before_the_first_commit(cli, repository) -> None:
    repository.write("a.py", marked())
    repository.git("add", "a.py")
    assert cli("check", "--staged", cwd=repository.root).returncode == 1


def test_attribute_is_honoured(cli, repository) -> None:
    repository.commit({
        ".gitattributes": b"*.md conflict-marker-size=32\n*.x conflict-marker-size=4\n",
        "doc.md": marked(), "small.x": markers.render(CONFLICT, "diff3", 4), "plain.txt": b"",
    })
    done = cli("check", cwd=repository.root)
    assert done.stdout == b"small.x:2: conflict: <<<< ours\n"


def test_unmerged_paths_without_markers(cli, repository) -> None:
    repository.branches({"a": b"1\n"}, {"a": b"2\n"}, {"a": None})
    repository.merge()
    done = cli("check", "--json", cwd=repository.root)
    answer = json.loads(done.stdout)
    assert done.returncode == 1 and answer["schema"] == "mergeassist.check/1"
    assert [(f["path"], f["kind"], f["line"]) for f in answer["findings"]] == [
        ("a", "unmerged", None)]


def test_links_and_deleted_files_are_passed_over(cli, repository) -> None:
    outside = repository.root.parent / "outside"
    outside.write_bytes(marked())
    repository.commit({"gone.py": marked()})
    (repository.root / "link").symlink_to(outside)
    repository.git("add", "link")
    (repository.root / "gone.py").unlink()
    assert cli("check", cwd=repository.root).returncode == 0
    assert cli("check", "--staged", cwd=repository.root).returncode == 0


def test_unarmed_clone_is_told(cli, repository) -> None:
    repository.commit({".gitattributes": b"*.py merge=mergeassist\n", "a.py": b"1\n"})
    done = cli("check", "--json", cwd=repository.root)
    assert done.returncode == 0
    assert b"mergeassist install" in done.stderr
    assert len(json.loads(done.stdout)["warnings"]) == 1
    repository.git("config", "merge.mergeassist.driver", "true")
    assert cli("check", cwd=repository.root).stderr == b""


def test_outside_a_repository_named_files_only(cli, tmp_path) -> None:
    (tmp_path / "a.txt").write_bytes(marked())
    assert cli("check", "a.txt", cwd=tmp_path).returncode == 1
    done = cli("check", cwd=tmp_path)
    assert done.returncode == 2 and b"not in a git work tree" in done.stderr


def test_hostile_file_content_does_not_reach_the_terminal(cli, repository) -> None:
    repository.commit({"a\x1b[31m.py": b"<<<<<<< \x1b]0;title\x07\n"})
    out = cli("check", cwd=repository.root).stdout
    assert b"\x1b" not in out and b"\\x1b" in out


def test_what_git_itself_leaves_is_found(cli, repository) -> None:
    repository.branches({"a": b"1\n", "b": b"1\n"}, {"a": b"2\n", "b": b"2\n"},
                        {"a": b"3\n", "b": b"3\n"})
    for style in ("merge", "diff3"):
        subprocess.run(["git", "-c", f"merge.conflictStyle={style}", "merge", "-q", "topic"],
                       cwd=repository.root, capture_output=True, check=False)
        kinds = [f["kind"] for f in json.loads(
            cli("check", "--json", cwd=repository.root).stdout)["findings"]]
        assert sorted(kinds) == ["conflict", "conflict", "unmerged", "unmerged"]
        repository.git("merge", "--abort")
