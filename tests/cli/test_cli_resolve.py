"""`mergeassist resolve` in real repositories."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from mergeassist.app import resolve_tree
from mergeassist.cli.main import main
from tests.cli.cli_support import Repository, decide_for

BASE = b"".join(b"line %d\n" % n for n in range(1, 21))
OURS = BASE.replace(b"line 3\n", b"our 3\n").replace(b"line 12\n", b"our 12\nshared\nour end\n")
THEIRS = BASE.replace(b"line 3\n", b"their 3\n").replace(
    b"line 12\n", b"their 12\nshared\ntheir end\n")
OPEN = ((b"our 3\n", b"their 3\n"),
        (b"our 12\nshared\nour end\n", b"their 12\nshared\ntheir end\n"))


@pytest.fixture
def undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve_tree, "decide", decide_for(b"merged\n"))


def resolve(repository: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: Any,
            *arguments: str, within: str = ".") -> tuple[int, list[dict[str, Any]]]:
    """`mergeassist resolve --json` in this process; the exit code and the files."""
    monkeypatch.chdir(repository.root / within)
    code = main(["resolve", "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)["files"]


@pytest.fixture
def run(repository, undecided, capsys, monkeypatch):
    def resolve_here(*arguments: str, within: str = ".") -> tuple[int, list[dict[str, Any]]]:
        return resolve(repository, capsys, monkeypatch, *arguments, within=within)

    return resolve_here


@pytest.fixture
def two(repository: Repository) -> Repository:
    """Two conflicts in `f.py`."""
    repository.branches({"f.py": BASE}, {"f.py": OURS}, {"f.py": THEIRS})
    return repository


def with_side(index: int) -> bytes:
    text = BASE
    for conflict, line in zip(OPEN, (b"line 3\n", b"line 12\n"), strict=True):
        text = text.replace(line, conflict[index])
    return text


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
@pytest.mark.parametrize(("choice", "expected"), [
    ("ours", OURS), ("theirs", THEIRS),
    ("both", BASE.replace(b"line 3\n", b"".join(OPEN[0])).replace(b"line 12\n", b"".join(OPEN[1]))),
    ("1", BASE.replace(b"line 3\n", b"merged\n").replace(b"line 12\n", b"merged\n")),
    ("2", OURS),
])
def test_accept_in_every_style(two, run, style: str, choice: str, expected: bytes) -> None:
    two.git("config", "merge.conflictStyle", style)
    two.merge()
    marked = two.read("f.py")
    code, (file,) = run("--accept", choice)
    assert (code, file["status"], file["kind"]) == (0, "resolved", "both-modified")
    assert two.read("f.py") == expected
    assert two.read("f.py.orig") == marked
    assert two.status() == b"UU f.py\0"
    assert [c["base"] for c in file["conflicts"]] == ["line 3\n", "line 12\n"]


def test_listing_changes_nothing(two, run) -> None:
    two.merge()
    before = two.read("f.py")
    for option in ("--list", "--dry-run"):
        code, (file,) = run(option)
        assert (code, file["status"]) == (1, "conflict")
        assert [c["line"] for c in file["conflicts"]] == [3, 16]
        lines = before.splitlines()
        assert all(lines[c["line"] - 1].startswith(b"<<<<<<<") for c in file["conflicts"])
    assert two.read("f.py") == before and not (two.root / "f.py.orig").exists()


def test_dry_run_says_what_would_be(two, run) -> None:
    two.merge()
    before = two.read("f.py")
    code, (file,) = run("--accept", "ours", "--dry-run", "--stage")
    assert (code, file["status"], file["staged"], file["backup"]) == (0, "resolved", False, None)
    assert two.read("f.py") == before and two.status() == b"UU f.py\0"


@pytest.mark.parametrize(("threshold", "code"), [("0.9", 0), ("0.95", 1)])
def test_yes_takes_what_is_sure(two, run, threshold: str, code: int) -> None:
    two.merge()
    assert run("--yes", "--min-probability", threshold)[0] == code
    assert (b"<<<<<<<" in two.read("f.py")) == (code == 1)
    assert (two.root / "f.py.orig").exists() == (code == 0)


def test_a_number_nobody_proposed_leaves_the_conflict(two, run) -> None:
    two.merge()
    before = two.read("f.py")
    assert run("--accept", "7")[0] == 1
    assert two.read("f.py") == before


@pytest.mark.parametrize("choice", ["0", "-1", "mine", "²"])
def test_choices_that_mean_nothing(two, cli, choice: str) -> None:
    two.merge()
    assert cli("resolve", f"--accept={choice}", cwd=two.root).returncode == 2


def test_stage_on_request(two, run) -> None:
    two.merge()
    code, (file,) = run("--accept", "theirs", "--stage")
    assert (code, file["staged"]) == (0, True)
    assert two.status() == b"M  f.py\0"
    assert two.git("show", ":f.py") == THEIRS


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_edits_around_and_one_conflict_settled_by_hand_survive(two, run, style: str) -> None:
    two.git("config", "merge.conflictStyle", style)
    two.merge()
    text = two.read("f.py")
    end = text.index(b">>>>>>>")
    text = text[: text.index(b"<<<<<<<")] + b"by hand\n" + text[text.index(b"\n", end) + 1 :]
    two.write("f.py", b"# edited\n" + text.replace(b"line 20\n", b"line 20, edited\n"))
    code, (file,) = run("--accept", "theirs")
    assert (code, file["status"]) == (0, "resolved")
    expected = with_side(1).replace(b"their 3\n", b"by hand\n")
    assert two.read("f.py") == b"# edited\n" + expected.replace(b"line 20", b"line 20, edited")


def test_what_is_left_open_stands_byte_for_byte(two, undecided, monkeypatch, run) -> None:
    two.git("config", "merge.conflictStyle", "diff3")
    two.merge()
    marked = two.read("f.py")

    def first_only(file: resolve_tree.ConflictedFile) -> list[bytes | None]:
        return [b"one\n", None]

    monkeypatch.setattr(resolve_tree, "accept_sure", first_only)
    code, (file,) = run("--yes", "--stage")
    assert (code, file["status"], file["staged"]) == (1, "conflict", False)
    rest = marked[marked.index(b"line 4\n") :]
    assert two.read("f.py") == b"line 1\nline 2\none\n" + rest
    # and the rest can be settled later, although the first region has gone
    assert run("--accept", "ours")[0] == 0
    assert two.read("f.py") == OURS.replace(b"our 3\n", b"one\n")
    assert two.read("f.py.orig") == marked, "the oldest text is kept"
    assert (two.root / "f.py.orig.1").exists()


def test_an_edited_side_is_refused_and_rebuilt_on_demand(two, run) -> None:
    two.merge()
    edited = two.read("f.py").replace(b"our 3\n", b"our 3, edited inside the conflict\n")
    two.write("f.py", edited)
    code, (file,) = run("--accept", "ours")
    assert (code, file["status"]) == (1, "not-touched")
    assert "was edited" in file["reason"] and "--force" in file["reason"]
    assert two.read("f.py") == edited
    assert run("--accept", "ours", "--force")[0] == 0
    assert two.read("f.py") == OURS and two.read("f.py.orig") == edited


@pytest.mark.parametrize(("text", "reason"), [
    (b"by hand\n", "settled by hand"), (OURS, "holds ours"), (THEIRS, "holds theirs"),
    (b"<<<<<<< HEAD\nx\n", "damaged"), (b"\0", "binary"), (None, "not in the work tree"),
])
def test_a_text_without_conflicts_is_not_touched(two, run, text: bytes | None, reason: str) -> None:
    two.merge()
    place = two.root / "f.py"
    place.unlink() if text is None else place.write_bytes(text)
    code, (file,) = run("--accept", "theirs", "--stage")
    assert (code, file["status"]) == (1, "not-touched")
    assert reason in file["reason"]
    assert two.status().startswith(b"UU" if text is not None else b"U")
    assert (place.read_bytes() if place.exists() else None) == text


def test_force_without_a_choice_brings_gits_conflict_back(two, run) -> None:
    two.git("config", "merge.conflictStyle", "diff3")
    two.merge()
    marked = two.read("f.py")
    two.write("f.py", OURS)
    code, (file,) = run("--yes", "--force")
    assert (code, file["status"]) == (1, "conflict")
    assert two.read("f.py").replace(b" topic\n", b"\n").count(b"|||||||") == 2
    assert two.read("f.py").splitlines()[3:5] == marked.splitlines()[3:5]
    assert two.read("f.py.orig") == OURS


def test_mode_is_kept(two, run) -> None:
    two.merge()
    (two.root / "f.py").chmod(0o751)
    run("--accept", "ours")
    for name in ("f.py", "f.py.orig"):
        assert stat.S_IMODE((two.root / name).stat().st_mode) == 0o751


def test_a_file_that_is_gone_is_rebuilt_with_its_mode(repository, run) -> None:
    repository.branches({"d/run.sh": b"1\n"}, {"d/run.sh": b"2\n"}, {"d/run.sh": b"3\n"})
    for branch in ("topic", "main"):
        repository.git("checkout", "-q", branch)
        (repository.root / "d/run.sh").chmod(0o755)
        repository.commit({})
    repository.merge()
    (repository.root / "d/run.sh").unlink()
    (repository.root / "d").rmdir()
    assert run("--accept", "theirs")[0] == 1
    assert run("--accept", "theirs", "--force")[0] == 0
    assert repository.read("d/run.sh") == b"3\n"
    assert os.access(repository.root / "d/run.sh", os.X_OK)
    assert not (repository.root / "d/run.sh.orig").exists()


def test_rebase_swaps_the_sides(two, run) -> None:
    two.git("checkout", "-q", "topic")
    two.git("rebase", "-q", "main", ok=False)
    code, (file,) = run("--accept", "ours", "--stage")
    assert code == 0 and two.read("f.py") == OURS
    assert file["conflicts"][0]["theirs"] == "their 3\n"
    two.git("-c", "core.editor=true", "rebase", "--skip")


def test_add_add(repository, run) -> None:
    repository.branches({"x": b"1\n"}, {"new.py": b"a\nours\n"}, {"new.py": b"a\ntheirs\n"})
    repository.merge()
    code, (file,) = run("--accept", "both")
    assert (code, file["kind"]) == (0, "both-added")
    assert file["conflicts"][0]["base"] == ""
    assert repository.read("new.py") in (b"a\nours\ntheirs\n", b"a\nours\na\ntheirs\n")


def test_crlf_in_the_repository(repository, run) -> None:
    repository.branches({"f": b"1\r\n2\r\n"}, {"f": b"1\r\nA\r\n"}, {"f": b"1\r\nB\r\n"})
    repository.merge()
    run("--accept", "both")
    assert repository.read("f") == b"1\r\nA\r\nB\r\n"


def test_crlf_in_the_work_tree_only(repository, run) -> None:
    repository.git("config", "core.autocrlf", "true")
    repository.branches({"f": b"1\r\n2\r\n"}, {"f": b"1\r\nA\r\n"}, {"f": b"1\r\nB\r\n"})
    repository.merge()
    code, (file,) = run("--accept", "both", "--stage")
    assert code == 0, file["reason"]
    assert repository.read("f") == b"1\r\nA\r\nB\r\n"
    assert repository.git("show", ":f") == b"1\nA\nB\n"


def test_no_final_line_end(repository, run) -> None:
    repository.branches({"f": b"1\n2"}, {"f": b"1\nA"}, {"f": b"1\nB"})
    repository.merge()
    run("--accept", "ours")
    assert repository.read("f") == b"1\nA"


@pytest.mark.parametrize("name", ["ü ñ/日本 'q\" $x.py", "a\nb.py", "-x.py", "*.py", "t\ta.py"])
def test_names(repository, run, name: str) -> None:
    repository.branches({name: b"1\n"}, {name: b"2\n"}, {name: b"3\n"})
    repository.merge()
    code, (file,) = run("--accept", "theirs", "--stage", "--", name)
    assert (code, file["path"]) == (0, name)
    assert repository.git("ls-files", "-u") == b"" and repository.read(name) == b"3\n"


def test_name_that_is_not_utf8(repository, run) -> None:
    name = os.fsdecode(b"\xff\xfe.py")
    repository.branches({name: b"1\n"}, {name: b"2\n"}, {name: b"3\n"})
    repository.merge()
    code, (file,) = run("--accept", "theirs", "--stage")
    assert (code, os.fsencode(file["path"])) == (0, b"\xff\xfe.py")


def test_paths_choose_and_are_relative(repository, run) -> None:
    names = ("a.py", "d/a.py", "d/e/b.py", "dd/c.py")
    repository.branches(*(dict.fromkeys(names, text) for text in (b"1\n", b"2\n", b"3\n")))
    repository.merge()
    code, files = run("--accept", "theirs", "--stage", "a.py", "e", within="d")
    assert code == 0 and [file["path"] for file in files] == ["d/a.py", "d/e/b.py"]
    assert repository.status() == b"UU a.py\0M  d/a.py\0M  d/e/b.py\0UU dd/c.py\0"


@pytest.mark.parametrize("path", ["clean.py", "nowhere.py", "/"])
def test_a_path_without_conflicts_is_wrong_usage(two, cli, path: str) -> None:
    two.write("clean.py", b"")
    two.merge()
    done = cli("resolve", "--accept", "ours", path, cwd=two.root)
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1


def test_not_a_work_tree(cli, tmp_path) -> None:
    done = cli("resolve", cwd=tmp_path)
    assert done.returncode == 2 and b"not in a git work tree" in done.stderr


def test_nothing_unmerged(cli, repository) -> None:
    repository.commit({"a": b"1\n"})
    done = cli("resolve", cwd=repository.root)
    assert (done.returncode, done.stdout) == (0, b"no unmerged paths\n")


def test_delete_against_edit_is_listed_and_left(repository, run) -> None:
    repository.branches({"a": b"1\n", "b": b"1\n"}, {"a": b"2\n", "b": None},
                        {"a": None, "b": b"2\n"})
    repository.merge()
    before = repository.git("ls-files", "-u")
    code, files = run("--accept", "ours", "--stage", "--force")
    assert code == 1
    assert [(f["path"], f["kind"], f["status"]) for f in files] == [
        ("a", "deleted-by-them", "not-touched"), ("b", "deleted-by-us", "not-touched")]
    assert all("git rm" in f["reason"] for f in files)
    assert repository.git("ls-files", "-u") == before


def test_binary_is_listed_and_left(repository, run) -> None:
    names = {"b.bin": b"\0%d", "t.lock": b"%d\n", ".gitattributes": b"*.lock -merge\n"}
    repository.branches(
        *({name: text % n if b"%" in text else text for name, text in names.items()}
          for n in (1, 2, 3)))
    repository.merge()
    before = repository.read("b.bin"), repository.read("t.lock")
    code, files = run("--accept", "theirs", "--force")
    assert code == 1 and all("binary" in file["reason"] for file in files)
    assert (repository.read("b.bin"), repository.read("t.lock")) == before


def test_symbolic_links_in_conflict_are_left(repository, run) -> None:
    for branch, target in (("main", "1"), ("topic", "2"), ("main", "3")):
        if branch == "topic":
            repository.git("checkout", "-q", "-b", "topic")
        else:
            repository.git("checkout", "-q", branch, ok=False)
        link = repository.root / "link"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        repository.commit({})
    repository.merge()
    code, (file,) = run("--accept", "theirs", "--force")
    assert code == 1 and "symbolic link" in file["reason"]
    assert os.readlink(repository.root / "link") == "3"


@pytest.mark.parametrize("where", ["f.py", "d"])
def test_nothing_is_written_through_a_link(repository, run, tmp_path, where: str) -> None:
    name = "f.py" if where == "f.py" else "d/f.py"
    repository.branches({name: b"1\n"}, {name: b"2\n"}, {name: b"3\n"})
    repository.merge()
    outside = tmp_path / "outside"
    (repository.root / where).rename(outside)
    (repository.root / where).symlink_to(outside)
    victim = outside if where == "f.py" else outside / "f.py"
    before = victim.read_bytes()
    code, (file,) = run("--accept", "theirs", "--force")
    assert code == 1 and "symbolic link" in file["reason"]
    assert victim.read_bytes() == before


def test_marker_size_of_the_attributes(repository, run) -> None:
    attributes = {".gitattributes": b"* conflict-marker-size=12\n"}
    repository.branches({"f": b"=======\n1\n", **attributes}, {"f": b"=======\n2\n"},
                        {"f": b"=======\n3\n"})
    repository.merge()
    assert b"\n<<<<<<<<<<<< " in repository.read("f")
    assert run("--accept", "theirs")[0] == 0
    assert repository.read("f") == b"=======\n3\n"


def test_versions_that_hold_markers_themselves(repository, run) -> None:
    noise = b"<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n"
    repository.branches({"f": noise + b"1\n"}, {"f": noise + b"2\n"}, {"f": noise + b"3\n"})
    repository.merge()
    before = repository.read("f")
    for option in ("--accept=theirs", "--force"):
        code, (file,) = run(option)
        assert (code, file["status"]) == (1, "not-touched")
        assert repository.read("f") == before


def test_underlines_of_marker_size_in_the_versions(repository, run) -> None:
    title = b"Example\n=======\n"
    repository.branches({"f": title + b"1\n"}, {"f": title + b"2\n"}, {"f": title + b"3\n"})
    repository.merge()
    repository.write("f", b"edited\n" + repository.read("f"))
    assert run("--accept", "theirs")[0] == 0
    assert repository.read("f") == b"edited\n" + title + b"3\n"


def test_a_base_nobody_knows_is_never_taken_for_sure(two, run, undecided) -> None:
    """A region that is not one of git's own: both sides are there, the base is not."""
    two.merge()
    two.write("f.py", b"edited\n<<<<<<< HEAD\nour 3\nline 4\n=======\ntheir 3\nline 4\n"
                      b">>>>>>> topic\n")
    code, (file,) = run("--yes", "--min-probability", "0")
    assert (code, file["status"]) == (1, "conflict")
    assert run("--accept", "theirs")[0] == 0
    assert two.read("f.py") == b"edited\ntheir 3\nline 4\n"


def test_a_file_that_changes_meanwhile_is_left(two, undecided, monkeypatch, capsys) -> None:
    two.merge()

    def slow(_: resolve_tree.ConflictedFile) -> list[bytes | None]:
        two.write("f.py", b"saved by an editor\n")
        return [b"x\n", b"y\n"]

    monkeypatch.setattr(resolve_tree, "accept_sure", slow)
    monkeypatch.chdir(two.root)
    assert main(["resolve", "--yes"]) == 2
    assert "changed on disk" in capsys.readouterr().err
    assert two.read("f.py") == b"saved by an editor\n"


def test_what_the_pipeline_is_told(two, monkeypatch, capsys) -> None:
    seen = []

    def decide(merged: Any, context: Any, **options: Any) -> Any:
        seen.append(context)
        return decide_for(b"")(merged, context, **options)

    monkeypatch.setattr(resolve_tree, "decide", decide)
    two.merge()
    resolve(two, capsys, monkeypatch, "--list")
    (context,) = seen
    assert context.path == "f.py"
    assert (context.base, context.ours, context.theirs) == (BASE, OURS, THEIRS)
    assert context.message.startswith("Merge branch 'topic'") and "f.py" not in context.message
    assert len(context.times) == 3 and context.conflicted_files == 1
    assert context.authors == ("t@example.org",) * 3
    assert [len(context.history[side]) for side in ("ours", "theirs")] == [1, 1]


def test_people_read_lines(two, cli) -> None:
    two.merge()
    done = cli("resolve", cwd=two.root)
    assert done.returncode == 1 and done.stderr == b""
    assert done.stdout == b"f.py: both-modified, 0 of 2 conflicts settled\n"
    listing = cli("resolve", "--list", cwd=two.root).stdout.decode().splitlines()
    assert [line.split(":")[0].strip() for line in listing] == ["f.py", "line 3", "line 16"]
    applied = cli("resolve", "--accept", "ours", "--stage", cwd=two.root)
    assert (applied.returncode, applied.stdout) == (0,
        b"f.py: both-modified, 2 of 2 conflicts settled, staged, the old text is f.py.orig\n")


def test_from_a_linked_work_tree(two, run, tmp_path, monkeypatch, capsys) -> None:
    linked = tmp_path / "linked"
    two.git("worktree", "add", "-q", str(linked), "-b", "other")
    other = Repository.__new__(Repository)
    other.root = linked
    other.merge()
    assert resolve(other, capsys, monkeypatch, "--accept", "theirs", "--stage")[0] == 0
    assert other.status() == b"M  f.py\0" and two.status() == b""
    assert Path(linked, "f.py").read_bytes() == THEIRS
