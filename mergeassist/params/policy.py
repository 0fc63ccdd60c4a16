"""Which method for which tensor: patterns to specifications, first match wins.

    [tool.mergeassist.models]
    default = "ram"
    "*.lm_head.*" = "ours"
    "layers.1?.*" = {method = "ties", density = 0.4}

and in `.gitattributes` for a whole file, `*.safetensors mergeassist-method=ties:density=0.4`, or
for some of its tensors, `mergeassist-tensors=*.lm_head.*=ours|layers.1?.*=ties:density=0.4`.
A policy speaks only about tensors that both sides changed.
"""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mergeassist.errors import GitError, UsageError
from mergeassist.git.run import git
from mergeassist.params.methods import DEFAULT, TAKES, checked
from mergeassist.params.methods.base import Values

ATTRIBUTE = "mergeassist-method"
TENSORS = "mergeassist-tensors"
# An attribute's value holds no spaces, and weights are listed with commas.
BETWEEN = "|"
# Settled by `advice` when the models are known.
AUTO = "auto"
_DEFAULT_KEY = "default"


class Spec(NamedTuple):
    """A method (or one of ours, theirs, base, conflict, auto) with all its parameters."""

    method: str
    parameters: Values

    @property
    def label(self) -> str:
        """`ties density=0.4`, for reports and records, from which `verify` reads it back."""
        parts = (f"{k}={','.join(map(_shown, v))}" for k, v in self.parameters.items())
        return " ".join([self.method, *parts])


def _shown(value: float) -> str:
    """The shortest decimal that is read back as the same number."""
    return short if float(short := f"{value:g}") == value else repr(value)


class Policy(NamedTuple):
    """The default and the patterns, in order."""

    default: Spec
    patterns: tuple[tuple[str, Spec], ...] = ()

    def spec(self, name: str) -> Spec:
        """What holds for one tensor."""
        for pattern, found in self.patterns:
            if fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase("." + name, pattern):
                return found
        return self.default

    @property
    def open(self) -> bool:
        """Whether a method is still to be chosen for the models."""
        return AUTO in (self.default.method, *(found.method for _, found in self.patterns))


def spec(method: str, parameters: Mapping[str, object] | None = None) -> Spec:
    """A checked specification; raises UsageError."""
    if method in (*TAKES, AUTO):
        if parameters:
            raise UsageError(f"{method} takes no parameters")
        return Spec(method, {})
    return Spec(method, checked(method, parameters or {}))


def parse_spec(value: object, where: str) -> Spec:
    """A specification as text (`ties:density=0.4,weight=1`) or as a table; raises UsageError."""
    if isinstance(value, str):
        method, _, rest = value.partition(":")
        pairs = [part.partition("=") for part in re.split(r"[:;]", rest) if part]
        return spec(method, {key: number for key, _, number in pairs})
    if isinstance(value, dict) and isinstance(value.get("method"), str):
        return spec(value["method"], {k: v for k, v in value.items() if k != "method"})
    example = '"ties" or {method = "ties", density = 0.4}'
    raise UsageError(f"{where}: not a method; write {example}")


def from_table(table: Mapping[str, Any], where: str = "[tool.mergeassist.models]") -> Policy:
    """The policy of a configuration table; raises UsageError."""
    default = parse_spec(table.get(_DEFAULT_KEY, DEFAULT), where)
    patterns = tuple(
        (pattern, parse_spec(value, f"{where} {pattern!r}"))
        for pattern, value in table.items()
        if pattern != _DEFAULT_KEY
    )
    return Policy(default, patterns)


def of_repository(path: str, root: Path) -> Policy:
    """The policy for `path` in the work tree at `root`; raises UsageError."""
    table: dict[str, Any] = {}
    file = root / "pyproject.toml"
    if file.is_file():
        try:
            document = tomllib.loads(file.read_text("utf-8"))
        except ValueError as error:
            raise UsageError(f"{file}: {error}") from None
        found = document.get("tool", {}).get("mergeassist", {}).get("models", {})
        if not isinstance(found, dict):
            raise UsageError(f"{file}: tool.mergeassist.models is not a table")
        table = found
    policy = from_table(table)
    method, tensors = _attributes(path, root)
    if method:
        policy = policy._replace(default=parse_spec(method, ATTRIBUTE))
    nearer = tuple(map(parse_pattern, filter(None, tensors.split(BETWEEN))))
    return policy._replace(patterns=nearer + policy.patterns)


def parse_pattern(text: str) -> tuple[str, Spec]:
    """`*.lm_head.*=ours` as a pattern and its specification; raises UsageError."""
    pattern, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text}: write it as pattern=method")
    return pattern, parse_spec(value, text)


def _attributes(path: str, root: Path) -> tuple[str, str]:
    """The values of the two attributes, empty where they are not set."""
    try:
        output = git("check-attr", "-z", ATTRIBUTE, TENSORS, "--", path, cwd=root)
    except GitError:
        return "", ""
    values = [value.decode(errors="replace") for value in output.split(b"\0")[2::3]]
    method, tensors = ("" if v in ("unspecified", "unset", "set") else v for v in values)
    return method, tensors
