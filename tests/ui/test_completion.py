"""Completion scripts and the manual page know every command and option of the parsers."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mergeassist.cli.main import COMMANDS, parser_of

SHELLS = ("bash", "zsh", "fish")


def levels(parser: argparse.ArgumentParser, path: tuple[str, ...]) -> Iterator[
    tuple[tuple[str, ...], set[str], set[str]]
]:
    """Every command: its words, its long options, its inner commands (argparse's own tables)."""
    inner: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            inner = action.choices
    hidden = {name for action in parser._actions if action.help == argparse.SUPPRESS
              for name in action.option_strings}
    yield path, set(parser._option_string_actions) - hidden, set(inner)
    for name, below in inner.items():
        yield from levels(below, (*path, name))


ALL = [level for name in COMMANDS for level in levels(parser_of(name), (name,))]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What `mergeassist completion` prints, by kind."""
    import contextlib
    import io

    from mergeassist.cli.main import main

    files = {}
    for kind in (*SHELLS, "man"):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            assert main(["completion", kind]) == 0
        files[kind] = tmp_path_factory.mktemp("completion") / kind
        files[kind].write_text(output.getvalue())
    return files


def run(*words: str | Path) -> str:
    done = subprocess.run(words, capture_output=True, check=True, text=True)
    assert done.stderr == ""
    return done.stdout


def test_bash_completes_every_command_and_option(printed, tmp_path: Path) -> None:
    lines = [f"source {printed['bash']}", "compopt() { :; }"]
    wanted = [((), {"--color", "--help", "--version"}, set(COMMANDS)), *ALL]
    for path, _, inner in wanted:
        for start in ("-", "") if inner else ("-",):
            words = " ".join(["mergeassist", *path, f"'{start}'"])
            lines += [f"COMP_WORDS=({words}); COMP_CWORD={len(path) + 1}",
                      '_mergeassist; echo "${COMPREPLY[*]}"']
    script = tmp_path / "script"
    script.write_text("\n".join(lines))
    answers = iter(run("bash", script).splitlines())
    for path, options, inner in wanted:
        found = set(next(answers).split())
        assert {name for name in options if name.startswith("--")} <= found, path
        if inner:
            assert inner <= set(next(answers).split()), path
    assert next(answers, None) is None


@pytest.mark.parametrize(("words", "expected"), [
    (["resolve", "--ui", "r"], "rich"), (["resolve", "--ui", "=", "p"], "plain"),
    (["--color", "always", "resolve", "--dry"], "--dry-run"), (["completion", "f"], "fish"),
    (["resolve", "--text", "{}/na"], "{}/name with"), (["resolve", "{}/na"], "{}/name with"),
    (["models", "merge", "--meth"], "--method --methods"), (["resolve", "--accept", "x"], ""),
])
def test_bash_completes_values(printed, tmp_path: Path, words, expected: str) -> None:
    (tmp_path / "name with").write_text("")
    given = " ".join(f"'{word}'" for word in ["mergeassist", *words]).replace("{}", str(tmp_path))
    script = (f"source {printed['bash']}; compopt() {{ :; }}; COMP_WORDS=({given}); "
              f'COMP_CWORD={len(words)}; _mergeassist; echo "${{COMPREPLY[*]}}"')
    assert run("bash", "-c", script).strip() == expected.replace("{}", str(tmp_path))


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_fish_completes_every_command_and_option(printed) -> None:
    asked = [" ".join(["mergeassist", *path]) for path, _, _ in ALL]
    script = f"source {printed['fish']}; complete -C 'mergeassist '; echo ==\n" + "".join(
        f"complete -C '{words} --'; echo ==\ncomplete -C '{words} '; echo ==\n" for words in asked)
    top, *answers, _ = run("fish", "-c", script).split("==\n")
    assert {line.split("\t")[0] for line in top.splitlines()} >= set(COMMANDS)
    for (path, options, inner), named, bare in zip(ALL, answers[::2], answers[1::2], strict=True):
        found = {line.split("\t")[0] for line in (named + bare).splitlines()}
        assert {name for name in options if name.startswith("--")} | inner <= found, path


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_zsh_reads_it(printed) -> None:
    run("zsh", "-f", "-n", printed["zsh"])


def test_zsh_and_the_manual_name_everything(printed) -> None:
    zsh, man = printed["zsh"].read_text(), printed["man"].read_text().replace("\\-", "-")
    for path, options, _ in ALL:
        called = "_".join(path).replace("-", "_")
        function = zsh.partition(f"\n_mergeassist_{called}() {{")[2].partition("\n}")[0]
        section = man.partition(f"\n.SS mergeassist {' '.join(path)}\n")[2].partition("\n.S")[0]
        for name in options:
            assert f"'{name}" in function, (path, name)
            assert f"\\fB{name}\\fR" in section, (path, name)
        assert parser_of(path[0]).description and section


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_the_manual_is_good_roff(printed) -> None:
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-P-cbou", printed["man"]],
                          capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "Put git's conflict back" in " ".join(done.stdout.split())
