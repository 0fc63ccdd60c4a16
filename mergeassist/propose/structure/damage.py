"""What a textually clean merge may have broken: to warn of, never to change.

`duplicate`       two children of one parent with one signature, where no version had two
`lost-import`     a name still used whose import one side deleted, and which nothing else binds
`lost-definition` a name still used whose definition one side deleted or renamed

Only what the merge made is reported: a name must be bound in the version that uses it, and unbound
in the result.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from mergeassist.core.merge import Merge
from mergeassist.languages.profiles import BY_NAME, Profile
from mergeassist.languages.syntax import parse, profile_of
from mergeassist.propose.structure.printing import IMPORTS
from mergeassist.propose.structure.units import Key, Source, signature, units_of

MAX_BYTES = 400_000
_NAME = re.compile(r"[A-Za-z_]\w*")
_MEMBERS = ("attribute", "member", "field", "selector")
_CALLS = ("call", "invocation")
_METHODS = ("method", "function")
# where a method calls another of its class by the bare name
_BARE = ("java", "csharp", "kotlin", "scala", "swift", "ruby")


class Finding(NamedTuple):
    """One suspicion: its kind, the name it is about, and the line of the merged file (from 1)."""

    kind: str
    name: str
    line: int


class _Facts(NamedTuple):
    """The keyed children of a version by parent, and where each name is bound and used.

    Parents without a key (calls, list elements) look alike, so `children` counts within one node:
    the most that any parent of that kind has.
    """

    children: Counter[tuple[tuple[Key, ...], Key]]
    lines: dict[tuple[tuple[Key, ...], Key], int]
    bound: dict[str, str]  # name to kind of finding when it is lost
    used: dict[str, int]  # identifier to the line of its first use, definitions left out
    imports: Counter[tuple[tuple[Key, ...], Key]]  # as `children`
    methods: set[str]  # of classes, where a bare name calls them
    called: dict[str, int]  # bare name to the line of its first call


def damage(base: bytes, ours: bytes, theirs: bytes, merged: bytes, language: str) -> list[Finding]:
    """Suspicions about a merged file; none where the language cannot be parsed here."""
    profile = profile_of(language)
    if profile is None or profile.prose or max(map(len, (base, ours, theirs, merged))) > MAX_BYTES:
        return []
    versions = [_facts(text, profile) for text in (base, ours, theirs, merged)]
    facts = [version for version in versions if version is not None]
    if len(facts) < len(versions):
        return []
    *sides, result = facts
    return sorted(
        {*_duplicates(sides, result), *_lost(sides, result)},
        key=lambda finding: (finding.line, finding.kind, finding.name),
    )


class Doubles(NamedTuple):
    """What a merge has twice that no version had twice."""

    definitions: bool
    imports: bool


def doubles(versions: Merge[bytes], merged: bytes, profile: Profile) -> Doubles:
    """Whether a merge made a second definition, key or import; not where one cannot be parsed."""
    if max(map(len, (*versions, merged))) > MAX_BYTES:
        return Doubles(False, False)
    facts = [*(_facts_of_version(text, profile.name) for text in versions), _facts(merged, profile)]
    *sides, result = facts
    if result is None or None in facts:
        return Doubles(False, False)
    known = [side for side in sides if side is not None]
    imports = (
        times > 1 and times > max(side.imports[child] for side in known)
        for child, times in result.imports.items()
    )
    return Doubles(any(_duplicates(known, result)), any(imports))


class Names(NamedTuple):
    """What a file defines at its top level, what its imports name, and the first use of each."""

    defined: frozenset[str]
    imported: frozenset[str]
    used: dict[str, int]


def names_of(text: bytes, language: str) -> Names | None:
    """The names of one file; `None` where it cannot be parsed here."""
    profile = profile_of(language)
    if profile is None or profile.prose or len(text) > MAX_BYTES:
        return None
    facts = _facts(text, profile)
    if facts is None:
        return None
    kinds = {
        kind: frozenset(name for name, its in facts.bound.items() if its == kind)
        for kind in ("lost-definition", "lost-import")
    }
    return Names(kinds["lost-definition"], kinds["lost-import"], facts.used)


def _duplicates(sides: list[_Facts], result: _Facts) -> Iterator[Finding]:
    for child, times in result.children.items():
        if times > 1 and times > max(side.children[child] for side in sides):
            yield Finding("duplicate", child[1][1], result.lines[child])


def _lost(sides: list[_Facts], result: _Facts) -> Iterator[Finding]:
    base, ours, theirs = sides
    for here, there in ((ours, theirs), (theirs, ours)):
        for name, kind in here.bound.items():
            gone = name in base.bound and name not in there.bound and name not in result.bound
            # a side that goes on using the name has it from elsewhere: a wildcard, its package
            wanting = name in here.used and name not in there.used and name in result.used
            if gone and wanting:
                yield Finding(kind, name, result.used[name])
        lost = (base.methods & here.methods) - there.methods - result.methods - set(result.bound)
        for name in lost:
            if name in here.called and name not in there.called and name in result.called:
                yield Finding("lost-definition", name, result.called[name])


@lru_cache(maxsize=3)  # the answers of one file are compared with the same three
def _facts_of_version(text: bytes, language: str) -> _Facts | None:
    return _facts(text, BY_NAME[language])


def _facts(text: bytes, profile: Profile) -> _Facts | None:
    tree = parse(profile.name, text)
    if tree is None or tree.root_node.has_error:
        return None
    facts = _Facts(Counter(), {}, {}, {}, Counter(), set(), {})
    source = Source(text, profile, 0, len(text))
    definitions: set[int] = set()
    stack: list[tuple[Any, tuple[Key, ...]]] = [(tree.root_node, ())]
    while stack:
        node, parents = stack.pop()
        groups = profile.commutative.get(node.type)
        if groups is None:
            stack += [(child, parents) for child in reversed(node.children)]
        else:
            _read_list(node, parents, source, facts, stack, definitions)
        is_import = any(name in node.type for name in IMPORTS)
        if node.child_count == 0 and node.is_named and not is_import:
            _read_leaf(node, text, facts, definitions)
    return facts


def _read_list(
    node: Any,
    parents: tuple[Key, ...],
    source: Source,
    facts: _Facts,
    stack: list[tuple[Any, tuple[Key, ...]]],
    definitions: set[int],
) -> None:
    profile = source.profile
    groups = profile.commutative[node.type]
    inner: list[tuple[Any, tuple[Key, ...]]] = []
    here: Counter[tuple[tuple[Key, ...], Key]] = Counter()
    imports: Counter[tuple[tuple[Key, ...], Key]] = Counter()
    for unit in units_of(node, source):
        if unit.node is None:
            continue
        key = signature(unit, source)
        if any(name in unit.kind for name in IMPORTS):
            for name in _NAME.findall(source.cut(unit).decode("utf-8", "replace")):
                facts.bound[name] = "lost-import"
            if key is not None:
                imports[parents, key] += 1
            continue
        grouped = key is not None and any(unit.kind in group for group in groups)
        if key is not None and grouped:
            child = (parents, key)
            here[child] += 1
            if here[child] > facts.children[child]:
                facts.children[child] = here[child]
                facts.lines[child] = unit.node.start_point[0] + 1
            if not parents and _NAME.fullmatch(key[1]):
                facts.bound[key[1]] = "lost-definition"
                name = unit.node.child_by_field_name("name")
                definitions.add(name.start_byte if name is not None else -1)
            if parents and profile.name in _BARE and any(word in unit.kind for word in _METHODS):
                facts.methods.add(key[1].partition(",")[0])  # Swift names its type, too
        inner.append((unit.node, (*parents, key) if key is not None else parents))
    for child, times in imports.items():
        facts.imports[child] = max(times, facts.imports[child])
    stack.extend(reversed(inner))


def _read_leaf(node: Any, text: bytes, facts: _Facts, definitions: set[int]) -> None:
    if "identifier" in node.type and node.start_byte not in definitions:
        name = text[node.start_byte : node.end_byte].decode("utf-8", "replace")
        parent = node.parent
        named = parent.child_by_field_name("name") if parent is not None else None
        inner = parent is not None and parent.start_byte < node.start_byte
        if parent is not None and not inner and any(word in parent.type for word in _CALLS):
            facts.called.setdefault(name, node.start_point[0] + 1)
        member = inner and any(mark in parent.type for mark in _MEMBERS)
        if not member and (named is None or named.start_byte != node.start_byte):
            facts.used.setdefault(name, node.start_point[0] + 1)
