"""Line-based formats: their trees cover the text, and name what is an entry."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mergeassist.languages.lines import Node, parse_lines
from mergeassist.languages.syntax import language_of, named_language

FORMS = ("properties", "ini", "gomod", "requirements")
TEXT = st.text(alphabet="ab=:[]()#;!/\\ \r\n", max_size=60).map(str.encode)


def _leaves(node: Node) -> list[Node]:
    return [leaf for child in node.children for leaf in _leaves(child)] or [node]


def _shape(text: bytes, form: str) -> list[tuple[str, bytes]]:
    root = parse_lines(text, form).root_node
    return [(leaf.type, text[leaf.start_byte : leaf.end_byte]) for leaf in _leaves(root)]


@given(TEXT, st.sampled_from(FORMS))
def test_leaves_are_in_order_and_leave_out_nothing(text: bytes, form: str) -> None:
    root = parse_lines(text, form).root_node
    at, between = 0, b""
    for leaf in _leaves(root) if root.children else []:
        assert at <= leaf.start_byte < leaf.end_byte <= len(text)
        between += text[at : leaf.start_byte]
        at = leaf.end_byte
    if root.children:
        assert not (between + text[at:]).strip(), "only white space stands between leaves"


def test_a_continued_line_is_one_entry() -> None:
    shape = _shape(b"# c\na.b = one,\\\n  two\nd\\ e: 3\n", "properties")
    assert [kind for kind, _ in shape] == ["comment", "key", "value", "key", "value"]
    assert [text for kind, text in shape if kind == "key"] == [b"a.b", b"d\\ e"]


def test_sections_and_blocks() -> None:
    root = parse_lines(b"top = 1\n[a]\nx = 1\n[b]\ny\n", "ini").root_node
    assert [child.type for child in root.children] == ["entry", "section", "section"]
    root = parse_lines(
        b"module m\n\nrequire (\n\ta.b v1 // indirect\n)\n\ngo 1\n", "gomod"
    ).root_node
    assert [child.type for child in root.children] == ["entry", "block", "entry"]
    assert [child.type for child in root.children[1].children] == ["open", "entry", "close"]


def test_names_of_files_and_of_linguist() -> None:
    assert [language_of(name) for name in ("go.mod", "a.properties", "requirements.txt")] == [
        "gomod",
        "properties",
        "requirements",
    ]
    named = {"C++": "cpp", "Java-Properties": "properties", "Python": "python", "Brainfuck": ""}
    assert {name: named_language(name) for name in named} == named
