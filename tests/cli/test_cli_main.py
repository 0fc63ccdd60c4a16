"""The overview, start-up cost, the error funnel."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib import import_module
from types import SimpleNamespace

import pytest

from mergeassist import __version__
from mergeassist.cli import main as entry
from mergeassist.errors import Exit, InputError

HEAVY = ("rich", "numpy", "zstandard", "onnxruntime", "torch", "transformers", "tokenizers")
ALSO_UNUSED = ("argparse", "subprocess", "json", "dataclasses", "mergeassist.app.decide")


def loaded(*arguments: str) -> set[str]:
    """The modules a command line has imported by the time it is done."""
    code = (
        "import sys\nfrom mergeassist.cli.main import main\n"
        f"code = main({list(arguments)!r})\n"
        "print(code, *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    code_text, *modules = done.stderr.decode().splitlines()[-1].split()
    assert code_text.startswith("0") or "Exit.OK" in code_text
    return set(modules)


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_overview_loads_next_to_nothing(argument: str) -> None:
    modules = loaded(argument)
    assert "mergeassist.cli.main" in modules
    assert not modules & {*HEAVY, *ALSO_UNUSED}


@pytest.mark.parametrize("command", entry.COMMANDS)
def test_subcommand_help_loads_that_subcommand_only(command: str) -> None:
    modules = loaded(command, "--help")
    assert f"mergeassist.cli.{command}" in modules
    assert not modules & set(HEAVY)
    assert not [name for name in modules if name.startswith("mergeassist.app")]


def test_table_agrees_with_the_modules() -> None:
    for name, text in entry.COMMANDS.items():
        module = import_module(f"mergeassist.cli.{name}")
        found = (module.NAME, module.HELP)
        assert found == (name, text)


def test_overview_names_every_command(cli) -> None:
    done = cli("--help")
    assert done.returncode == 0
    for name, text in entry.COMMANDS.items():
        assert f"  {name} " in done.stdout.decode() and text in done.stdout.decode()
    assert cli("--version").stdout.decode().split() == ["mergeassist", __version__]


@pytest.mark.parametrize("arguments", [
    [], ["frobnicate"], ["--frobnicate"], ["--color", "green", "check"], ["--color"],
    ["merge"], ["merge", "a", "b", "c", "--min-probability", "2"],
    ["merge", "a", "b", "c", "--marker-size", "0"], ["batch", "--jobs", "x"],
    ["resolve", "--yes", "--list"],
])
def test_wrong_usage_is_exit_2_and_says_why(arguments: list[str], cli) -> None:
    done = cli(*arguments)
    assert done.returncode == Exit.USAGE
    assert done.stdout == b""
    assert done.stderr.strip()
    assert b"Traceback" not in done.stderr


def command_that(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make `mergeassist check` raise `error`."""

    def run(_: object) -> int:
        raise error

    module = SimpleNamespace(__doc__="", HELP="", add_arguments=lambda _: None, run=run)
    monkeypatch.setitem(sys.modules, "mergeassist.cli.check", module)


@pytest.mark.parametrize(("error", "code", "text"), [
    (InputError("a.py", "is bad", "mend it"), 2, "mergeassist: a.py: is bad; mend it\n"),
    (KeyboardInterrupt(), 130, "mergeassist: interrupted\n"),
    (RuntimeError("two\nlines"), 3, "mergeassist: internal error: RuntimeError: two lines"),
])
def test_every_error_is_one_line(
    error: BaseException, code: int, text: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    command_that(monkeypatch, error)
    assert entry.main(["check"]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(text)
    assert said.err.count("\n") == 1


def test_traceback_on_demand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command_that(monkeypatch, RuntimeError("boom"))
    monkeypatch.setenv("MERGEASSIST_DEBUG", "1")
    assert entry.main(["check"]) == Exit.INTERNAL
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_full_disk_is_one_line() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-m", "mergeassist", "--help"],
                              stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == Exit.INTERNAL
    assert done.stderr == b"mergeassist: cannot write the output: No space left on device\n"


def test_closed_output_is_no_error() -> None:
    command = f"{sys.executable} -m mergeassist --version >&-"
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_reader_that_leaves_is_no_error_message() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "mergeassist", "--help"],
            stdout=writer, stderr=subprocess.PIPE, check=False,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")
