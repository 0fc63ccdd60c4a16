"""List the text languages mergeassist knows, with their file names and how they are merged.

`tree`: by syntax tree; `words`: by lines and words, because there is no grammar or none is
installed (`pip install 'mergeassist[languages]'`).
"""

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
    from mergeassist.languages.profiles import PROFILES
    from mergeassist.languages.syntax import has_tree

    if args.gitattributes:
        for pattern in attributes.language_patterns():
            print(attributes.line(pattern))
        return Exit.OK
    for profile in sorted(PROFILES, key=lambda profile: profile.name):
        merged_by = "tree" if has_tree(profile.name) else "words"
        print(f"{profile.name:<17}{merged_by:<7}"
              f"{' '.join((*profile.extensions, *profile.filenames))}")
    return Exit.OK
