"""Eight tasks about windows of Python code, labelled by the code itself.

Sources are those of the standard library that runs this (no download); files, not windows, are
split into train, valid and test.  An example is 32 token ids, the position to read, and a class.
"""

from __future__ import annotations

import hashlib
import random
import re
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

LENGTH = 32
WORDS = 1400
BUCKETS = 64
PAD, CLS, MASK = 0, 1, 2
FIRST = 3
_TOKEN = re.compile(r"\n[ ]*|[A-Za-z_]\w*|\d+|[=!<>]=|\*\*|->|[^\w\s]")
SKIPPED = {"site-packages", "test", "tests", "encodings", "pydoc_data", "idle_test", "__pycache__"}
KEYWORDS = ("def", "return", "if", "for", "in", "else", "import", "not", "is", "raise")
OPERATORS = ("=", "==", "!=", "+", "-", "*", "%", "<", ">", "|")
NAMES = ("self", "None", "True", "False", "len", "str", "int", "isinstance", "name", "i")
AREAS = (
    "idlelib", "asyncio", "email", "tkinter", "xml", "multiprocessing", "unittest", "importlib",
)  # fmt: skip
NEXT = ("(", ".", "=", ",", ")", ":", "[")
CLASSES = {
    "keyword": len(KEYWORDS), "area": len(AREAS), "swap": 2, "indent": 3,
    "operator": len(OPERATORS), "order": 2, "name": len(NAMES), "next": len(NEXT) + 1,
}  # fmt: skip
TASKS = tuple(CLASSES)


class Example(NamedTuple):
    """Token ids (LENGTH of them), where to read the answer, the answer."""

    ids: list[int]
    position: int
    label: int


class Source(NamedTuple):
    """One file: its area (the top directory) and its tokens."""

    area: str
    tokens: list[str]


def sources(every: int = 1) -> dict[str, list[Source]]:
    """Tokenised files of the standard library (every n-th) by part: train, valid, test."""
    root = Path(sysconfig.get_path("stdlib"))
    found: dict[str, list[Source]] = {"train": [], "valid": [], "test": []}
    for path in sorted(root.rglob("*.py"))[::every]:
        relative = path.relative_to(root)
        if SKIPPED & set(relative.parts):
            continue
        tokens = [_named(t) for t in _TOKEN.findall(path.read_text("utf-8", errors="replace"))]
        if len(tokens) > 4 * LENGTH:
            lot = hashlib.sha256(str(relative).encode()).digest()[0]
            part = "train" if lot < 166 else "valid" if lot < 192 else "test"
            found[part].append(Source(relative.parts[0], tokens))
    return found


def _named(token: str) -> str:
    return f"<line {min(len(token) - 1, 28) // 4}>" if token[0] == "\n" else token


class Vocabulary:
    """The most frequent tokens of the training files; others share hashed buckets."""

    def __init__(self, train: list[Source]) -> None:
        counts = Counter(token for source in train for token in source.tokens)
        self.ids = {token: FIRST + i for i, (token, _) in enumerate(counts.most_common(WORDS))}
        self.size = FIRST + WORDS + BUCKETS

    def encode(self, tokens: list[str]) -> list[int]:
        """Ids of the tokens."""
        return [self.ids.get(token) or FIRST + WORDS + _bucket(token) for token in tokens]


def _bucket(token: str) -> int:
    return hashlib.md5(token.encode(), usedforsecurity=False).digest()[0] % BUCKETS


Made = tuple[list[str | int], int, int] | None
Maker = Callable[[Source, int, random.Random], Made]


def _masked(words: tuple[str, ...]) -> Maker:
    """One of `words` in the middle of the window is hidden: which?"""

    def make(source: Source, at: int, lot: random.Random) -> Made:
        window: list[str | int] = list(source.tokens[at : at + LENGTH - 1])
        places = [i for i in range(6, LENGTH - 7) if window[i] in words]
        if not places:
            return None
        place = lot.choice(places)
        label = words.index(str(window[place]))
        window[place] = MASK
        return [CLS, *window], place + 1, label

    return make


def _area(source: Source, at: int, lot: random.Random) -> Made:
    if source.area not in AREAS:
        return None
    return [CLS, *source.tokens[at : at + LENGTH - 1]], 0, AREAS.index(source.area)


def _swap(source: Source, at: int, lot: random.Random) -> Made:
    """Two neighbouring tokens changed places, or not."""
    window: list[str | int] = list(source.tokens[at : at + LENGTH - 1])
    label = lot.randrange(2)
    place = lot.randrange(4, LENGTH - 6)
    if window[place] == window[place + 1]:
        return None
    if label:
        window[place : place + 2] = window[place + 1], window[place]
    return [CLS, *window], 0, label


def _indent(source: Source, at: int, lot: random.Random) -> Made:
    """Whether the line that follows lies deeper, level or shallower."""
    tokens = source.tokens
    ends = [i for i in range(at + 8, at + LENGTH) if tokens[i].startswith("<line")]
    if len(ends) < 2:
        return None
    last, end = int(tokens[ends[-2]][6:-1]), int(tokens[ends[-1]][6:-1])
    window: list[str | int] = list(tokens[at : ends[-1]])
    window = [CLS, *window[: LENGTH - 2], MASK]
    return window + [PAD] * (LENGTH - len(window)), len(window) - 1, 1 + (end > last) - (end < last)


def _order(source: Source, at: int, lot: random.Random) -> Made:
    """Whether the window's halves changed places."""
    half = (LENGTH - 2) // 2
    first, second = source.tokens[at : at + half], source.tokens[at + half : at + 2 * half]
    label = lot.randrange(2)
    parts = (second, first) if label else (first, second)
    return [CLS, *parts[0], MASK, *parts[1]], 0, label


def _next(source: Source, at: int, lot: random.Random) -> Made:
    """What comes after the window, which ends in a word."""
    window, after = source.tokens[at : at + LENGTH - 2], source.tokens[at + LENGTH - 2]
    if not window[-1].isidentifier():
        return None
    label = NEXT.index(after) if after in NEXT else len(NEXT)
    return [CLS, *window, MASK], LENGTH - 1, label


MAKERS: dict[str, Maker] = {
    "keyword": _masked(KEYWORDS), "area": _area, "swap": _swap, "indent": _indent,
    "operator": _masked(OPERATORS), "order": _order, "name": _masked(NAMES), "next": _next,
}  # fmt: skip


def examples(
    task: str, files: list[Source], vocabulary: Vocabulary, count: int, seed: int
) -> list[Example]:
    """`count` examples with classes as even as the files give them."""
    lot = random.Random(f"{task} {seed}")
    limit = -(-count * 2 // CLASSES[task])
    seen: Counter[int] = Counter()
    out: list[Example] = []
    tries = 0
    usable = [f for f in files if task != "area" or f.area in AREAS]
    by_area = [[f for f in usable if f.area == area] for area in sorted({f.area for f in usable})]
    while len(out) < count and tries < 200 * count:
        tries += 1
        source = lot.choice(lot.choice(by_area) if task == "area" else usable)
        at = lot.randrange(len(source.tokens) - LENGTH - 1)
        made = MAKERS[task](source, at, lot)
        # Frequent classes are capped so that always answering one of them is worth little.
        if made is None or seen[made[2]] >= limit:
            continue
        window, position, label = made
        seen[label] += 1
        ids = [w if isinstance(w, int) else vocabulary.encode([w])[0] for w in window]
        out.append(Example(ids, position, label))
    return out


def windows(
    files: list[Source], vocabulary: Vocabulary, count: int, seed: int
) -> Iterator[list[int]]:
    """Plain windows for masked-token training."""
    lot = random.Random(seed)
    encoded = [vocabulary.encode(f.tokens) for f in files]
    for _ in range(count):
        ids = lot.choice(encoded)
        at = lot.randrange(len(ids) - LENGTH)
        yield [CLS, *ids[at : at + LENGTH - 1]]
