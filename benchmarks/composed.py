"""Merges whose answer is known by construction, under the policy `structural`.

    python benchmarks/composed.py [--kind KIND] [--every N] [LANGUAGE...]

Entries of one list, or operands of one chain, in the frames below: one side adds an entry, the
other edits, renames or drops one, or (`same`) edits the one whose name the added entry has; or
(`move`) one side moves an entry and the other edits it or another.  Prints how many git merges by
itself, are settled as they must be, stay conflicts, and are settled otherwise, with the first of
these of each kind.  Exit code 1 where there are any.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import NamedTuple

from mergeassist.app.merge_file import line_merge, merge_texts
from mergeassist.core.merge import Merge
from mergeassist.propose.context import Context

Entry = tuple[str, str]  # its name, and what one side may edit
KINDS = ("edit", "rename", "drop", "same")

CHAINS = {  # the file's ending: the text around, what stands between, how an operand reads
    "py": ("x = (%s\n)\n", (" + ", " and ", "\n    + ", "."), "%s(%s)"),
    "js": ("const x = %s;\n", (" + ", " && ", "\n  .", " ?? "), "%s(%s)"),
    "ts": ("const x = %s;\n", (" + ", "\n  ."), "%s(%s)"),
    "java": ("class A {\n  int x = %s;\n}\n", (" + ", " && ", "\n    ."), "%s(%s)"),
    "cs": ("class A {\n  int x = %s;\n}\n", (" + ", " ?? ", "\n    ."), "%s(%s)"),
    "go": ("package a\n\nvar x = %s\n", (" + ", " && ", ".\n\t"), "%s(%s)"),
    "rs": ("fn f() {\n    let x = %s;\n}\n", (" + ", " && ", "\n        ."), "%s(%s)"),
    "c": ("int x = %s;\n", (" + ", " && ", "\n    + "), "%s(%s)"),
    "cpp": ("int x = %s;\n", (" + ", " << ", "\n    << "), "%s(%s)"),
    "kt": ("val x = %s\n", (" + ", " && ", " ?: "), "%s(%s)"),
    "php": ("<?php\n$x = %s;\n", (" . ", "->", "\n    ->"), "%s(%s)"),
    "rb": ("x = %s\n", (" + ", " && ", "\n  ."), "%s(%s)"),
    "scala": ("object A {\n  val x = %s\n}\n", (" + ", " && ", "\n    ."), "%s(%s)"),
    "swift": ("let x = %s\n", (" + ", " && ", "\n    ."), "%s(%s)"),
    "dart": ("var x = %s;\n", (" + ", " && ", "\n    ."), "%s(%s)"),
    "lua": ("x = %s\n", (" + ", " and ", " .. "), "%s(%s)"),
    "ex": ("def f do\n  %s\nend\n", ("\n  |> ", " + ", " <> "), "%s(%s)"),
    "hs": ("x = %s\n", (" . ", " <> ", " + "), "(%s [%s])"),
    "ml": ("let x = %s\n", (" + ", " ^ ", " |> "), "%s (%s)"),
    "jl": ("x = %s\n", (" + ", " |> "), "%s(%s)"),
    "sh": ("x() {\n  %s\n}\n", (" | ", " && "), "%s -n%s"),
    "sol": ("contract C {\n  uint x = %s;\n}\n", (" + ", " && "), "%s(%s)"),
    "zig": ("const x = %s;\n", (" + ", " and "), "%s(%s)"),
    "nix": ("{\n  x = %s;\n}\n", (" ++ ", " + ", " // "), "(%s [ %s ])"),
    "tf": ("locals {\n  x = %s\n}\n", (" + ", " && "), "%s(%s)"),
    "sv": ("module m;\n  assign x = %s;\nendmodule\n", (" + ", " & ", " || "), "%s(%s)"),
}  # fmt: skip

LISTS = [  # the file's ending, the text around, what stands between, how an entry reads
    ("py", "f(%s)\n", ", ", "%s(%s)"),
    ("py", "def f():\n    %s\n", "\n    ", "%s(%s)"),
    ("py", "x = {\n    %s\n}\n", ",\n    ", '"%s": g(%s)'),
    ("js", "{\n  %s\n}\n", "\n  ", "%s(%s);"),
    ("js", "x = {\n  %s\n};\n", ",\n  ", "%s: g(%s)"),
    ("js", "const f = (%s) => 1;\n", ", ", "%s = g(%s)"),
    ("ts", "type T = {\n  %s\n};\n", "\n  ", "%s: F<'%s'>;"),
    ("java", "class A {\n  void f() {\n    %s\n  }\n}\n", "\n    ", "%s(%s);"),
    ("java", "class A {\n  %s\n}\n", "\n\n  ", "void %s() { g(%s); }"),
    ("java", "enum E {\n  %s\n}\n", ",\n  ", "%s(%s)"),
    ("cs", "var x = new X {\n  %s\n};\n", ",\n  ", "%s = g(%s)"),
    ("go", "package a\n\nfunc f() {\n\t%s\n}\n", "\n\t", "%s(%s)"),
    ("rs", "fn f() {\n    match x {\n        %s\n    }\n}\n", "\n        ", "A::%s => g(%s),"),
    ("c", "void f(void)\n{\n\t%s\n}\n", "\n\t", "%s(%s);"),
    ("cpp", "A::A() : %s {}\n", ", ", "%s(%s)"),
    ("kt", "val x = f(%s)\n", ", ", "%s = g(%s)"),
    ("php", "<?php\n$x = [\n    %s\n];\n", ",\n    ", "'%s' => g(%s)"),
    ("rb", "def f\n  %s\nend\n", "\n  ", "%s(%s)"),
    ("scala", "object A {\n  def f = x match {\n    %s\n  }\n}\n", "\n    ", "case A.%s => g(%s)"),
    ("swift", "func f() {\n    %s\n}\n", "\n    ", "%s(%s)"),
    ("dart", "var x = f(%s);\n", ", ", "%s: g(%s)"),
    ("lua", "x = {\n  %s\n}\n", ",\n  ", "%s = g(%s)"),
    ("ex", "x = [\n  %s\n]\n", ",\n  ", "%s: g(%s)"),
    ("json", "{\n  %s\n}\n", ",\n  ", '"%s": [%s]'),
    ("yaml", "x:\n  %s\n", "\n  ", "- name: %s\n    v: [%s]"),
    ("toml", "%s\n", "\n", "%s = [%s]"),
    ("xml", "<r>\n  %s\n</r>\n", "\n  ", '<a name="%s"><b>%s</b></a>'),
    ("css", "%s\n", "\n\n", ".%s {\n  content: '%s';\n}"),
    ("properties", "%s\n", "\n", "%s=g(%s)"),
]  # fmt: skip


class Case(NamedTuple):
    """One merge, and the text that both edits together make."""

    path: str
    kind: str
    sides: Merge[bytes]
    expected: bytes


def cases() -> Iterator[Case]:
    """All of them, each also with the sides exchanged."""
    chains = [
        (end, frame, between, reads)
        for end, (frame, marks, reads) in CHAINS.items()
        for between in marks
    ]
    for end, *how in (*chains, *LISTS):
        for names in (["aa", "bb"], ["aa", "bb", "cc"]):
            yield from _of_list(f"file.{end}", names, partial(_text, *how))


def _text(frame: str, between: str, reads: str, entries: list[Entry]) -> bytes:
    return (frame % between.join(reads % entry for entry in entries)).encode()


def _of_list(path: str, names: list[str], text: Callable[[list[Entry]], bytes]) -> Iterator[Case]:
    base: list[Entry] = [(name, "") for name in names]
    for kind, *lists in (*_added(base), *_moved(base)):
        sides = Merge(base, *lists[:2]).map(text)
        yield Case(path, kind, sides, text(lists[2]))
        yield Case(path, kind, sides.mirrored(), text(lists[2]))


_Edits = tuple[str, list[Entry], list[Entry], list[Entry]]  # kind, ours, theirs, both together


def _added(base: list[Entry]) -> Iterator[_Edits]:
    for at, k, kind in product(range(len(base) + 1), range(len(base)), KINDS):
        name = base[k][0]
        new = (name, "2") if kind == "same" else ("nn", "")
        changed = {"drop": [], "rename": [("zz", "")]}.get(kind, [(name, "1")])
        both: list[Entry] = []
        for i in range(len(base) + 1):
            both += [new] if i == at else []
            both += changed if i == k else base[i : i + 1]
        yield kind, [*base[:at], new, *base[at:]], [*base[:k], *changed, *base[k + 1 :]], both


def _moved(base: list[Entry]) -> Iterator[_Edits]:
    for at, k, edited in product(range(len(base)), repeat=3):
        rest = [*base[:k], *base[k + 1 :]]
        ours = [*rest[:at], base[k], *rest[at:]]
        new = (base[edited][0], "1")
        theirs, both = ([new if one == base[edited] else one for one in side]
                        for side in (base, ours))  # fmt: skip
        if ours != base:
            yield "move", ours, theirs, both


def outcome(case: Case) -> tuple[str, bytes]:
    """What becomes of a case: `git`, `right`, `open` or `wrong`, and the text."""
    by_lines = line_merge(*case.sides)
    if by_lines is None or not by_lines.conflicts:
        return "git", b""
    done = merge_texts(case.sides, Context(case.path, "", *case.sides), policy="structural")
    text = None if done is None else done.result.settled()
    if text is None:
        return "open", b""
    return ("right" if text.split() == case.expected.split() else "wrong"), text


def main() -> int:
    """Print the counts, and what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE", help="endings, as in py")
    parser.add_argument("--kind", choices=(*KINDS, "move"), help="this kind only")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth case only")
    options = parser.parse_args()
    count: Counter[str] = Counter()
    wrong: dict[tuple[str, str], tuple[Case, bytes]] = {}
    chosen = (case for case in cases() if options.kind in (None, case.kind))
    for at, case in enumerate(chosen):
        end = case.path.rpartition(".")[2]
        if at % options.every or (options.languages and end not in options.languages):
            continue
        what, text = outcome(case)
        count[what] += 1
        if what == "wrong":
            wrong.setdefault((end, case.kind), (case, text))
    print(", ".join(f"{count[what]} {what}" for what in ("git", "right", "open", "wrong")))
    for (end, kind), (case, text) in wrong.items():
        print(f"\n{end}, {kind}, expected:\n{case.expected.decode()}settled:\n{text.decode()}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
