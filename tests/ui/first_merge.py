"""From `pip install` to the first merge that somebody has looked at, as a newcomer sees it.

    python -m tests.ui.first_merge        # writes docs/first-merge.md anew

Runs everything but the installation in a terminal of 80 × 24 and writes down what stands there.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

from tests.ui.terminal import Terminal

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "first-merge.md"
INSTALLATION = "python3 -m pip install mergeassist"
COMMANDS = ("mergeassist install --languages", "git merge feature", "mergeassist resolve --stage",
            "git commit --no-edit")
# ruff: noqa: E501 - lines of a page
HEAD = """# Your first merge, in five commands

Written by `python -m tests.ui.first_merge`, which runs these commands in a terminal of 80 columns; a
test fails when what they print is no longer this. You need git, Python 3.11 or newer, and a
repository with two branches that disagree. Here they disagree about a time-out.

Install it (from a checkout of this repository: `python3 -m pip install .`), then say once a
repository, or with `--global` once for all, that git should ask mergeassist:
"""
AFTER = """The keys below the screen settle the conflict: a number takes that proposal, `o` and `t` a side, `e`
opens your editor, `s` leaves it, `w` says why, `?` shows all. Here `t` was pressed, then Enter:
"""
TAIL = """That is a merge in which every conflict was seen by somebody. Later:

    mergeassist review            # what was put in the place of conflicts, by you or by the driver
    mergeassist undo ID           # git's conflict back, also after the commit
    MERGEASSIST=0 git merge …     # git alone, once
    mergeassist uninstall         # git alone, for good
"""
VERSIONS = {
    "base": b"HOST = 'localhost'\nTIMEOUT = 30\nRETRIES = 3\n",
    "ours": b"HOST = 'localhost'\nTIMEOUT = 45  # seconds\nRETRIES = 3\n",
    "theirs": b"HOST = 'localhost'\nTIMEOUT = 60\nRETRIES = 3\n",
}


def transcript(folder: Path) -> str:
    """The page, from a repository built in an empty folder; leaves the repository there."""
    repository = folder / "shop"
    programs = programs_in(folder / "bin")
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    os.environ["MERGEASSIST_TIMEOUT"] = "300"  # a busy machine is no other text
    _build(repository)
    parts = [HEAD]
    shown = dict.fromkeys(COMMANDS, "")
    for command in COMMANDS:
        words = ["sh", "-c", command]
        with Terminal(repository, command=words) as terminal:
            if "resolve" in command:
                parts.append(_block(INSTALLATION, "") + _block(COMMANDS[0], shown[COMMANDS[0]]))
                parts.append(_block(COMMANDS[1], shown[COMMANDS[1]]))
                screen = terminal.expect("1 of 1", "p = 0.", "left to you")
                assert "judging" not in screen or terminal.expect("[1]")
                parts.append(_block(command, screen) + AFTER)
                terminal.press("t")
                parts.append(_screen(terminal.expect("The end")))
                terminal.press("\r")
            code, said = terminal.end()
            shown[command] = said
            assert code == (1 if command.startswith("git merge") else 0), said
            if "resolve" in command:
                parts.append(_screen(said))
            if "commit" in command:
                parts.append(_block(command, said) + TAIL)
    return "\n".join(parts).replace(f"{folder}/", "")


def normalized(page: str) -> str:
    """What must not change: everything but numbers of the judge, ids, and its proposal."""
    page = re.sub(r"(?s)(─ proposal ).*?\n(?= 1 0\.)", r"\1…\n", page)
    page = re.sub(r"(?m)^ 1 0\.\d\d.*$", " 1 0.…", page)
    page = re.sub(r"\b[01]\.\d\d\b", "0.…", page)
    page = re.sub(r"undo \w{5} ", "undo ID ", page)
    page = re.sub(r"\b[0-9a-f]{7,12}\]", "COMMIT]", page)
    page = re.sub(r"\d+ patterns added", "N patterns added", page)
    return re.sub(r"1-\d take", "1-N take", page)


def _block(command: str, output: str) -> str:
    return f"```console\n$ {command}\n{_trimmed(output)}```\n\n"


def _screen(text: str) -> str:
    return f"```text\n{_trimmed(text)}```\n"


def _trimmed(text: str) -> str:
    lines = [line.rstrip() for line in text.replace("\r", "").split("\n")]
    whole = re.sub(r"\n{3,}", "\n\n", "\n".join(lines).strip("\n"))
    return f"{whole}\n" if whole else ""


def programs_in(folder: Path) -> Path:
    """The console scripts, as pip would write them for this checkout."""
    folder.mkdir(parents=True)
    for name, module in (("mergeassist", "mergeassist.cli.main"),
                         ("mergeassist-driver", "mergeassist._driver")):
        script = folder / name
        script.write_text(f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
                          f"from {module} import main\nif __name__ == '__main__':\n"
                          "    sys.exit(main())\n")
        script.chmod(0o755)
    return folder


def _build(root: Path) -> None:
    from tests.cli.cli_support import Repository

    repository = Repository(root)
    repository.commit({"shop/settings.py": VERSIONS["base"]})
    repository.git("checkout", "-q", "-b", "feature")
    repository.commit({"shop/settings.py": VERSIONS["theirs"]})
    repository.git("checkout", "-q", "main")
    repository.commit({"shop/settings.py": VERSIONS["ours"]})


def main() -> None:
    """Write the page."""
    os.environ.update({
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
        **{f"GIT_{who}_{what}": "you@example.org" for who in ("AUTHOR", "COMMITTER")
           for what in ("NAME", "EMAIL")},
    })
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(transcript(Path(folder)))


if __name__ == "__main__":
    main()
