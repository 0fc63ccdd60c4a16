"""Print a completion script for a shell, or the manual page.

    mergeassist completion bash > ~/.local/share/bash-completion/completions/mergeassist
    mergeassist completion zsh > ~/.zfunc/_mergeassist      (a folder of $fpath)
    mergeassist completion fish > ~/.config/fish/completions/mergeassist.fish
    mergeassist completion man > ~/.local/share/man/man1/mergeassist.1

Made from the commands' own parsers, so that it knows every option of this version.
"""

from __future__ import annotations

import argparse

NAME = "completion"
HELP = "print a completion script for a shell, or the manual page"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist completion`."""
    parser.add_argument("kind", choices=("bash", "zsh", "fish", "man"), help="what to print")


def run(args: argparse.Namespace) -> int:
    """Print it."""
    from mergeassist import __version__
    from mergeassist.cli.main import COMMANDS, parser_of
    from mergeassist.errors import Exit
    from mergeassist.ui import commands, completion, manpage

    known = commands.read({name: parser_of(name) for name in COMMANDS}, COMMANDS)
    if args.kind == "man":
        text = manpage.manpage(known, __version__)
    else:
        text = completion.SHELLS[args.kind](known)
    print(text, end="")
    return Exit.OK
