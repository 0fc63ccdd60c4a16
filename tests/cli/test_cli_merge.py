"""`mergeassist merge` and the line merge below it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mergeassist.app import merge_file
from mergeassist.app.merge_file import line_merge, tree_merge
from mergeassist.cli.main import main
from mergeassist.core import markers
from mergeassist.core.chunks import Conflict, MergedFile
from tests.cli.cli_support import decide_for

BASE, OURS, THEIRS = b"a\nb\nc\n", b"a\nX\nc\n", b"a\nY\nc\n"


@pytest.fixture
def three(tmp_path: Path):
    def write(base: bytes = BASE, ours: bytes = OURS, theirs: bytes = THEIRS) -> list[Path]:
        places = [tmp_path / name for name in ("base.py", "ours.py", "theirs.py")]
        for place, text in zip(places, (base, ours, theirs), strict=True):
            place.write_bytes(text)
        return places

    return write


@pytest.fixture
def undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proposals for everything, sure of nothing but on demand."""
    monkeypatch.setattr(merge_file, "decide", decide_for(b"merged\n"))


class TestLineMerge:
    def test_trivial_merges_need_no_git(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        for name in ("base", "ours", "theirs"):
            texts = {"base": b"o\0", "ours": b"o\0", "theirs": b"o\0", name: b"n\0"}
            result = line_merge(**texts)
            assert result is not None and result.settled() in (b"n\0", b"o\0")

    def test_binary_is_refused(self) -> None:
        assert line_merge(b"a\0", b"b\0", b"c\0") is None

    def test_conflict_has_three_sides_and_no_lines(self) -> None:
        assert line_merge(BASE, OURS, THEIRS) == MergedFile(
            (b"a\n", Conflict(b"X\n", b"b\n", b"Y\n"), b"c\n"))

    @pytest.mark.parametrize("end", [b"\n", b"\r\n"])
    def test_missing_final_line_end_stays_missing(self, end: bytes) -> None:
        merged = line_merge(b"a" + end + b"b", b"a" + end + b"X", b"a" + end + b"Y" + end)
        assert merged is not None
        assert merged.chunks[1:] == (Conflict(b"X", b"b", b"Y" + end),)

    def test_markers_in_the_inputs_are_text(self) -> None:
        noise = b"<<<<<<< x\n1\n=======\n2\n>>>>>>> y\n========\n"
        merged = line_merge(noise + BASE, noise + OURS, noise + THEIRS)
        assert merged is not None and len(merged.conflicts) == 1
        assert merged.side("ours") == noise + OURS

    def test_a_git_dir_in_the_environment_does_not_matter(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GIT_DIR", "/nonexistent")
        assert len(line_merge(BASE, OURS, THEIRS).conflicts) == 1

    @settings(max_examples=40, deadline=None)
    @given(*[st.lists(st.sampled_from([b"a\n", b"b\r\n", b"c", b"=======\n", b"<<<<<<< x\n",
                                       b"\xff\n", b"\n"]), max_size=6).map(b"".join)] * 3)
    def test_clean_parts_agree_with_git_and_sides_are_theirs(
        self, base: bytes, ours: bytes, theirs: bytes
    ) -> None:
        for merge in (line_merge, tree_merge):
            merged = merge(base, ours, theirs)
            assert merged is not None
            for conflict in merged.conflicts:
                assert conflict.lines is None
                assert conflict.ours in ours and conflict.theirs in theirs
                assert conflict.base is not None and conflict.base in base


class TestCommand:
    def test_clean(self, cli, three) -> None:
        done = cli("merge", *three(theirs=b"a\nb\nc\nd\n"))
        assert (done.returncode, done.stdout) == (0, b"a\nX\nc\nd\n")

    @pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
    def test_open_conflict_has_markers_in_the_style_asked_for(
        self, undecided, capfdbinary, three, style: str
    ) -> None:
        code = main(["merge", *map(str, three()), "--style", style, "--marker-size", "9",
                     "-L", "us", "-L", "old", "-L", "them"])
        expected = markers.render(
            MergedFile((b"a\n", Conflict(b"X\n", b"b\n", b"Y\n"), b"c\n")), style, 9,
            markers.Labels(b"us", b"old", b"them"))
        assert (code, capfdbinary.readouterr().out) == (1, expected)

    def test_user_style_and_file_names_by_default(
        self, undecided, capfdbinary, three, monkeypatch, tmp_path
    ) -> None:
        (tmp_path / "config").write_text("[merge]\n\tconflictStyle = diff3\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
        base, ours, theirs = three()
        assert main(["merge", str(base), str(ours), str(theirs)]) == 1
        out = capfdbinary.readouterr().out
        assert f"||||||| {base}\n".encode() in out
        assert f"<<<<<<< {ours}\n".encode() in out and f">>>>>>> {theirs}\n".encode() in out

    def test_threshold_accepts(self, undecided, capfdbinary, three) -> None:
        files = [*map(str, three())]
        assert main(["merge", *files, "--min-probability", "0.9"]) == 0
        assert capfdbinary.readouterr().out == b"a\nmerged\nc\n"
        assert main(["merge", *files, "--min-probability", "0.95"]) == 1

    def test_output_is_replaced_whole_and_keeps_its_mode(self, cli, three, tmp_path) -> None:
        out = tmp_path / "out.py"
        out.write_bytes(b"old")
        out.chmod(0o750)
        done = cli("merge", *three(ours=BASE), "-o", out)
        assert (done.returncode, done.stdout, out.read_bytes()) == (0, b"", THEIRS)
        assert stat.S_IMODE(out.stat().st_mode) == 0o750
        assert not list(tmp_path.glob(".mergeassist*"))

    def test_output_that_cannot_be_written(self, cli, three, tmp_path) -> None:
        done = cli("merge", *three(), "-o", tmp_path / "no" / "such" / "folder")
        assert done.returncode == 2
        assert b"cannot be written" in done.stderr and done.stderr.count(b"\n") == 1

    def test_symbolic_link_as_output_is_replaced_not_followed(self, cli, three, tmp_path) -> None:
        target, link = tmp_path / "target", tmp_path / "link"
        target.write_bytes(b"precious")
        link.symlink_to(target)
        assert cli("merge", *three(ours=BASE), "-o", link).returncode == 0
        assert target.read_bytes() == b"precious"
        assert link.read_bytes() == THEIRS and not link.is_symlink()

    def test_json(self, undecided, capfdbinary, three) -> None:
        assert main(["merge", *map(str, three()), "--json", "-p", "x.py"]) == 1
        answer = json.loads(capfdbinary.readouterr().out)
        assert (answer["id"], answer["status"], answer["error"]) == ("x.py", "conflict", None)
        assert answer["conflicts"][0]["proposals"][0] == {
            "text": "merged\n", "probability": 0.9, "source": "invented"}

    @pytest.mark.parametrize(("name", "reason"), [("missing.py", "cannot be read"), (".", "read")])
    def test_unreadable_input(self, cli, three, tmp_path, name: str, reason: str) -> None:
        base, ours, _ = three()
        done = cli("merge", base, ours, tmp_path / name)
        assert done.returncode == 2 and reason in done.stderr.decode()

    def test_binary_input(self, cli, three) -> None:
        done = cli("merge", *three(b"a\0", b"b\0", b"c\0"))
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"binary" in done.stderr

    @pytest.mark.parametrize("labels", [["a"] * 4, ["a\nb"]])
    def test_labels_that_cannot_be(self, cli, three, labels: list[str]) -> None:
        words = [word for label in labels for word in ("-L", label)]
        assert cli("merge", *three(), *words).returncode == 2

    def test_git_mergetool_line(self, undecided, repository, monkeypatch) -> None:
        """The arguments of `mergetool.mergeassist.cmd`, with the empty base of add/add."""
        base = repository.write("b", b"")
        ours, theirs = repository.write("l", b"x\n"), repository.write("r", b"y\n")
        code = main(["merge", str(base), str(ours), str(theirs), "-p", "f.py",
                     "-o", str(repository.root / "f.py"), "--min-probability", "0.5"])
        assert (code, repository.read("f.py")) == (0, b"merged\n")


def test_no_git_is_one_line(cli, three) -> None:
    done = cli("merge", *three(), env={"PATH": "/nonexistent"})
    assert done.returncode == 3
    assert done.stderr.startswith(b"mergeassist: ") and b"is git installed?" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_scratch_files_are_gone(cli, three, tmp_path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    cli("merge", *three(), env={"TMPDIR": str(scratch)})
    assert list(scratch.iterdir()) == []
