"""Every name in a profile exists in its grammar, and no two profiles claim one ending."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pytest

from mergeassist.languages import lines
from mergeassist.languages.profiles import PROFILES, Profile
from mergeassist.languages.syntax import language_of, parser_of, parses, profile_of
from mergeassist.languages.unordered import FURTHER, widened

WITH_GRAMMAR = [profile for profile in PROFILES if profile.grammar is not None]
BY_LINES = {"properties", "ini", "gomod", "gosum", "requirements"}


def _names(profile: Profile) -> set[str]:
    names = {*profile.comments, *profile.leading, *profile.unwrapped, *profile.refined}
    names.update(kind for slot in profile.slots for kind in slot.split())
    parents = {part for name in profile.commutative for part in name.split(">")}
    names |= {part for name in {*profile.chains} for part in name.split(">")} | parents
    names.update(field for field, _ in profile.refined.values())
    for groups in profile.commutative.values():
        names.update(kind.split(":")[0] for group in groups for kind in group)
    for kind, spec in profile.signatures.items():
        names.add(kind.split(":")[0])
        steps = (step for step in re.split(r"[/+.]", spec) if not step.startswith("@"))
        names.update(step.lstrip("^").split("~")[0] for step in steps)
    return names - {"*", "", "=>", "1", "head"}


@pytest.mark.parametrize(
    "profile",
    [*WITH_GRAMMAR, *(widened(name) for name in FURTHER)],
    ids=lambda profile: profile.name,
)
def test_names_exist_in_the_grammar(profile: Profile) -> None:
    if profile.name in BY_LINES:
        assert _names(profile) <= lines.KINDS | {"comment"}
        return
    parser = parser_of(profile.name)
    assert parser is not None, "the grammar is not installed"
    language = parser.language
    kinds = {language.node_kind_for_id(i) for i in range(language.node_kind_count)}
    fields = {language.field_name_for_id(i) for i in range(1, language.field_count + 1)}
    unknown = _names(profile) - kinds - fields
    assert not unknown - {"comment"}  # Markdown and JSON dialects may lack comments


def test_endings_and_file_names_are_claimed_once() -> None:
    for claims in ("extensions", "filenames"):
        count = Counter(name for profile in PROFILES for name in getattr(profile, claims))
        assert max(count.values()) == 1


@pytest.mark.parametrize(
    ("path", "head", "language"),
    [
        ("src/a.py", b"", "python"),
        ("src\\a.PY", b"", "python"),
        ("ui/a.tsx", b"", "typescript"),
        ("ui/a.scss", b"", "css"),
        ("include/a.h", b"int f(void);\n", "c"),
        ("include/a.h", b"namespace a {\nclass B;\n}\n", "cpp"),
        ("Gemfile", b"", "ruby"),
        ("bin/run", b"#!/usr/bin/env python3\n", "python"),
        ("bin/run", b"#!/bin/sh -e\n", "bash"),
        ("bin/run", b"#!/usr/bin/env -S node --flag\n", "javascript"),
        ("bin/run", b"\x7fELF", ""),
        (".gitignore", b"", ""),
        ("", b"", ""),
    ],
)
def test_language_of(path: str, head: bytes, language: str) -> None:
    assert language_of(path, head) == language


def test_parses_tells_errors_from_unknown_languages() -> None:
    assert parses("python", b"x = 1\n") is True
    assert parses("python", b"x = = 1\n") is False
    assert parses("rst", b"text") is None
    assert parses("no-such-language", b"text") is None


def test_typescript_id_covers_tsx() -> None:
    text = b"const a = <b>text</b>;\n"
    assert parses("typescript", text) is True
    assert parses("typescript", text, "a.ts") is False
    profile = profile_of("typescript", "a.tsx")
    assert profile is not None and profile.name == "tsx"


def test_importing_loads_no_grammar() -> None:
    code = (
        "import sys, mergeassist.languages.syntax, mergeassist.propose.structure;"
        "print([name for name in sys.modules if name.startswith('tree_sitter')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
