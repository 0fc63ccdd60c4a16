"""Growing vocabularies: which row of an embedding belongs to which token.

Both sides may add tokens and rows.  `tokenizer.json` beside the weights says which row is whose:
the result holds base's tokens, then ours' new ones, then those of theirs that ours has not, and
the tokenizer, `added_tokens_decoder`, `vocab.txt` and `vocab_size` are renumbered to match.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

from mergeassist.core.merge import Merge
from mergeassist.params.tensors import Checkpoint

TOKENIZER = "tokenizer.json"
_DECODER = "tokenizer_config.json:added_tokens_decoder"
_SIZE = "config.json:vocab_size"
_LIST = "vocab.txt"


class Growth(NamedTuple):
    """Both sides added tokens.

    `rows` counts the tokens of base, ours and theirs; `appended` are theirs' ids to append to ours'
    rows, in order; `settled` are the values of `extras` that follow.
    """

    rows: Merge[int]
    appended: tuple[int, ...]
    settled: Mapping[str, Hashable]


def growth_of(base: Checkpoint | None, experts: tuple[Checkpoint, ...]) -> Growth | None:
    """How the vocabularies fit together, `None` where there is nothing to fit or no way to."""
    if base is None or len(experts) != 2:
        return None
    texts = Merge(base, *experts).map(_tokenizer)
    if not all(texts) or texts.trivial() is not None:
        return None
    try:
        files = texts.map(lambda text: json.loads(text or b""))
        tokens = files.map(_tokens)
        return _grown(Merge(base, *experts).map(lambda c: c.extras), files, tokens)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _tokenizer(checkpoint: Checkpoint) -> bytes | None:
    """The tokenizer inside a model directory, or beside a single file."""
    inside = checkpoint.extras.get(TOKENIZER)
    if isinstance(inside, bytes):
        return inside
    beside = checkpoint.path.parent / TOKENIZER
    return beside.read_bytes() if checkpoint.path.is_file() and beside.is_file() else None


def _tokens(tokenizer: Any) -> dict[str, int]:
    """Token to id; ValueError where two tokens share an id."""
    vocabulary = tokenizer["model"]["vocab"]
    if isinstance(vocabulary, list):
        vocabulary = {entry[0]: number for number, entry in enumerate(vocabulary)}
    found = {**vocabulary, **{entry["content"]: entry["id"] for entry in tokenizer["added_tokens"]}}
    if len(set(found.values())) != len(found):
        raise ValueError("two tokens with one id")
    return found


def _grown(
    extras: Merge[Mapping[str, Hashable]], files: Merge[Any], tokens: Merge[dict[str, int]]
) -> Growth | None:
    for side in (tokens.ours, tokens.theirs):
        # A base token that left or moved means another vocabulary, not a longer one.
        if any(side.get(token) != number for token, number in tokens.base.items()):
            return None
    rows = tokens.map(lambda found: max(found.values(), default=-1) + 1)
    fresh = sorted(
        (number, token) for token, number in tokens.theirs.items() if token not in tokens.ours
    )
    numbers = {number: rows.ours + i for i, (number, _) in enumerate(fresh)}
    merged = _merged_file(files, dict(fresh), numbers)
    if merged is None:
        return None
    text = json.dumps(merged, indent=2, ensure_ascii=False).encode()
    settled: dict[str, Hashable] = {TOKENIZER: text}
    settled[_SIZE] = json.dumps(rows.ours + len(fresh))
    decoders = extras.map(lambda found: json.loads(str(found.get(_DECODER, "{}"))))
    settled[_DECODER] = json.dumps({
        **decoders.ours,
        **{str(numbers[int(k)]): v for k, v in decoders.theirs.items() if int(k) in numbers},
    })  # fmt: skip
    lines = extras.ours.get(_LIST)
    if isinstance(lines, bytes):
        end = b"" if lines.endswith(b"\n") or not lines else b"\n"
        settled[_LIST] = lines + end + b"".join(f"{token}\n".encode() for _, token in fresh)
    return Growth(rows, tuple(number for number, _ in fresh), settled)


def _merged_file(files: Merge[Any], fresh: dict[int, str], numbers: dict[int, int]) -> Any:
    """Ours with theirs' new tokens renumbered; `None` where something else was changed by both."""
    model = files.map(lambda file: file["model"])
    if isinstance(model.ours["vocab"], list):
        return None  # scores of a unigram model belong together
    vocabulary = dict(model.ours["vocab"])
    vocabulary |= {
        token: numbers[number]
        for token, number in model.theirs["vocab"].items()
        if fresh.get(number) == token
    }
    parts = _settled(model, "vocab")
    rest = _settled(files, "model", "added_tokens")
    if parts is None or rest is None:
        return None
    added = files.ours["added_tokens"] + [
        {**entry, "id": numbers[entry["id"]]}
        for entry in files.theirs["added_tokens"]
        if entry["id"] in numbers
    ]
    order = files.ours
    whole = {**rest, "added_tokens": added, "model": {**parts, "vocab": vocabulary}}
    return {key: whole[key] for key in dict.fromkeys([*order, *whole]) if key in whole}


def _settled(objects: Merge[dict[str, Any]], *without: str) -> dict[str, Any] | None:
    """The keys of three objects merged; `None` where both sides changed one differently."""
    found: dict[str, Any] = {}
    for key in dict.fromkeys([*objects.ours, *objects.theirs]):
        if key in without:
            continue
        sides = [json.dumps(side[key]) if key in side else None for side in objects]
        answer = Merge(*sides).trivial()
        if answer is None:
            return None
        if answer.value is not None:
            found[key] = json.loads(answer.value)
    return found
