"""What mergeassist knows of each language, as data.

A profile names the grammar and the nodes a structural merge must know: comments, nodes that
belong to the one behind them (`leading`), and the parents in which the order of children is of
no consequence (`commutative`), by groups: only children of one group may pass each other.  The
idea of commutative parents and child groups is mergiraf's (https://mergiraf.org/architecture).

A `signatures` entry says what makes two children the same: paths of field names or node types
from the child, `*` for all children, `^=>` for what stands before a `=>`.  The first path that
leads somewhere counts, joined paths (`name+parameters.*.type`) count together.   Without an entry
the usual fields `name` and `key` do.  `chains` are lists that the grammar nests (`a | b | c`),
`named_sets` lists in no order where a variable of this name is assigned (`__all__`), and
`refined` nodes whose kind is told by a field as well: `call:require`.  In `commutative` and
`chains` a node may be named with its parent (`type>binary_operator`).  Three more steps of a path:
`1` is the first of what was reached, `element~a~b` an element with one of these tags, `@a@b` what
stands inside of such an element.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

Groups = tuple[frozenset[str], ...]


class Profile(NamedTuple):
    """One language; `grammar` is a module and the function in it that returns the grammar.

    Without a module the function names a form of `lines.py`.
    """

    name: str
    extensions: tuple[str, ...]
    grammar: tuple[str, str] | None = None
    filenames: tuple[str, ...] = ()
    comments: frozenset[str] = frozenset({"comment"})
    leading: frozenset[str] = frozenset()
    commutative: Mapping[str, Groups] = MappingProxyType({})
    signatures: Mapping[str, str] = MappingProxyType({})
    separators: frozenset[str] = frozenset({","})
    chains: frozenset[str] = frozenset()
    named_sets: Mapping[str, frozenset[str]] = MappingProxyType({})
    joined: Mapping[str, str] = MappingProxyType({})  # a kind and what belongs behind it
    one_of: frozenset[str] = frozenset()  # words that exclude each other
    unwrapped: frozenset[str] = frozenset()  # kinds whose children stand for them
    refined: Mapping[str, tuple[str, frozenset[str]]] = MappingProxyType({})
    slots: tuple[str, ...] = ()  # kinds in the order in which they stand; `a b` in any order
    prose: bool = False  # white space and line breaks are text, not layout


def groups_by_parent(**parents: str) -> dict[str, Groups]:
    """`parent="a b | c d"`: children a and b commute among themselves, and so do c and d."""
    return {
        parent: tuple(frozenset(group.split()) for group in groups.split("|"))
        for parent, groups in parents.items()
    }
