"""Eight languages of the conflict corpus, as windows of tokens with some of them masked.

The base learns Python, an expert one language more each; held-in is its language, held-out are the
others.  Texts are the `ours` sides of the corpus' train split (read in place); files, not
windows, are split into train, valid and test.  A window is 32 token ids.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from mergeassist.app.corpus import corpus_files, read_records

LENGTH = 32
WORDS = 1200
BUCKETS = 64
PAD, CLS, MASK = 0, 1, 2
FIRST = 3
GENERAL = "python"
# The order counts: seed s merges the first n from the (3 s)-th on.
TASKS = ("csharp", "xml", "javascript", "go", "markdown", "java", "c", "yaml")
RECORDS, FILES, TOKENS = 100, 20, 3000
_TOKEN = re.compile(r"\n[ \t]*|[A-Za-z_]\w*|\d+|[=!<>]=|\*\*|->|[^\w\s]")
Parts = dict[str, dict[str, list[list[str]]]]


def sources(corpus: Path, every: int = 1) -> Parts:
    """Token lists of files by language and part (train, valid, test); at most FILES a repository.

    `every` takes each n-th corpus file only.
    """
    found: Parts = {t: {p: [] for p in ("train", "valid", "test")} for t in (GENERAL, *TASKS)}
    for file in corpus_files([corpus])[::every]:
        seen: set[str] = set()
        taken: Counter[str] = Counter()
        for record in islice(read_records(file), RECORDS):
            language, path = record["language"], record["path"]
            if language not in found or path in seen or taken[language] >= FILES:
                continue
            seen.add(path)
            tokens = [_named(t) for t in _TOKEN.findall(record["ours"][: 8 * TOKENS])][:TOKENS]
            if len(tokens) > 4 * LENGTH:
                taken[language] += 1
                lot = hashlib.sha256(f"{record['repo']}/{path}".encode()).digest()[0]
                part = "train" if lot < 166 else "valid" if lot < 192 else "test"
                found[language][part].append(tokens)
    return found


def _named(token: str) -> str:
    return f"<line {min(len(token.expandtabs(4)) - 1, 28) // 4}>" if token[0] == "\n" else token


class Vocabulary:
    """The tokens that make up most of the training files; others share hashed buckets."""

    def __init__(self, parts: Parts) -> None:
        shares: defaultdict[str, float] = defaultdict(float)
        for of_language in parts.values():
            counts = Counter(token for tokens in of_language["train"] for token in tokens)
            total = counts.total()
            for token, count in counts.items():
                shares[token] += count / total
        ordered = sorted(shares, key=lambda token: (-shares[token], token))
        self.ids = {token: FIRST + i for i, token in enumerate(ordered[:WORDS])}
        self.size = FIRST + WORDS + BUCKETS

    def encode(self, tokens: list[str]) -> list[int]:
        """Ids of the tokens."""
        return [self.ids.get(token) or FIRST + WORDS + _bucket(token) for token in tokens]


def _bucket(token: str) -> int:
    return hashlib.md5(token.encode(), usedforsecurity=False).digest()[0] % BUCKETS


def windows(
    files: list[list[str]], vocabulary: Vocabulary, count: int, seed: int
) -> Iterator[list[int]]:
    """`count` windows at random places of random files."""
    lot = random.Random(seed)
    encoded = [vocabulary.encode(tokens) for tokens in files]
    for _ in range(count):
        ids = lot.choice(encoded)
        at = lot.randrange(len(ids) - LENGTH)
        yield [CLS, *ids[at : at + LENGTH - 1]]
