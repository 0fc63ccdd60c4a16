"""Code in Markdown fences and HTML scripts is merged as code; the text around it is not."""

from __future__ import annotations

import pytest

from mergeassist.app.merge_file import merge_texts
from mergeassist.core.merge import Merge
from mergeassist.propose.context import Context

OBJECT = "const colors = {\n  red: 1,\n};\n"


def _merged(path: str, base: str, ours: tuple[str, str], theirs: tuple[str, str]) -> str | None:
    texts = Merge(base, base.replace(*ours), base.replace(*theirs)).map(str.encode)
    done = merge_texts(texts, Context(path, "", *texts), policy="structural")
    assert done is not None and done.merged.conflicts
    settled = done.result.settled()
    return None if settled is None else settled.decode()


@pytest.mark.parametrize(
    ("path", "frame"),
    [
        ("README.md", "# Colours\n\n```js\n{}```\n\nMore.\n"),
        ("README.md", "~~~~ typescript\n{}~~~~\n"),
        ("a.html", "<p>x</p>\n<script>\n{}</script>\n"),
        ("a.html", '<script type="module">\n{}</script>\n<p>x</p>\n'),
    ],
)
def test_two_entries_at_one_place(path: str, frame: str) -> None:
    base = frame.format(OBJECT)
    add = {name: ("red: 1,\n", f"red: 1,\n  {name}: 2,\n") for name in ("blue", "green")}
    want = base.replace("red: 1,\n", "red: 1,\n  blue: 2,\n  green: 2,\n")
    assert _merged(path, base, add["blue"], add["green"]) == want


@pytest.mark.parametrize(
    ("path", "frame"),
    [
        ("README.md", "```\n{}```\n"),  # no language
        ("README.md", "```js\n```\n{}```js\n```\n"),  # between two fences
        ("a.html", "<pre>\n{}</pre>\n"),
    ],
)
def test_what_is_not_code_stays(path: str, frame: str) -> None:
    base = frame.format(OBJECT)
    add = {name: ("red: 1,\n", f"red: 1,\n  {name}: 2,\n") for name in ("blue", "green")}
    assert _merged(path, base, add["blue"], add["green"]) is None


def test_a_side_that_ends_the_code_stays() -> None:
    base = f"```js\n{OBJECT}```\n"
    closing = ("red: 1,\n", "red: 1,\n  blue: 2,\n};\n```\n\n```js\nconst more = {\n")
    assert _merged("README.md", base, closing, ("red: 1,\n", "red: 1,\n  green: 2,\n")) is None


def test_styles_are_css() -> None:
    base = "<style>\na {\n  color: red;\n}\n</style>\n"
    ours, theirs = ("red;\n", "red;\n  margin: 0;\n"), ("red;\n", "red;\n  top: 0;\n")
    want = base.replace("red;\n", "red;\n  margin: 0;\n  top: 0;\n")
    assert _merged("a.html", base, ours, theirs) == want
