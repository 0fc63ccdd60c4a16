"""List the text languages mergeassist knows, with their file name extensions."""

from __future__ import annotations

import argparse

NAME = "languages"
HELP = "list the known languages, or attribute lines for them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist languages`."""
    parser.add_argument("--gitattributes", action="store_true",
                        help="print lines for .gitattributes")


def run(args: argparse.Namespace) -> int:
    """Print the table or the lines."""
    from mergeassist.errors import Exit
    from mergeassist.git import attributes

    if args.gitattributes:
        for pattern in attributes.language_patterns():
            print(attributes.line(pattern))
        return Exit.OK
    for name, extensions in attributes.LANGUAGES.items():
        print(f"{name:<12}{' '.join('.' + extension for extension in extensions)}")
    return Exit.OK
