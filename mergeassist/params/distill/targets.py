"""What every source model says of the text, kept on disk: one pass a model, one model in memory.

`source-N.safetensors`: ids and shares (stretches, length, k) in the student's vocabulary, and the
cross entropy (stretches,) in nats a student's token.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.errors import InputError
from mergeassist.params.atomic import write_atomically
from mergeassist.params.distill.mapping import Encoded, Target, Translator
from mergeassist.params.distill.runtime import Language, Runtime, load_language, load_model
from mergeassist.params.distill.tokens import Dictionary
from mergeassist.params.formats import safetensors
from mergeassist.params.tensors import Layout, Output, Tensor

Numbers = npt.NDArray[np.float64]


class Stretch(NamedTuple):
    """A piece of the text and the student's tokens of it."""

    text: str
    tokens: Encoded


class Source(NamedTuple):
    """One model's targets for all stretches: ids and shares (n, length, k), entropies (n,)."""

    ids: npt.NDArray[np.int32]
    shares: npt.NDArray[np.float32]
    entropies: Numbers


def encode(language: Language, text: str) -> Encoded:
    """Ids and ends; nothing is added in front or behind."""
    found = language.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    return Encoded(tuple(found["input_ids"]), tuple(end for _, end in found["offset_mapping"]))


def stretches(text: str, language: Language, length: int, path: Path) -> list[Stretch]:
    """The text in stretches of at most `length` student's tokens; InputError where it is empty."""
    ends = encode(language, text).ends
    cuts = [0, *ends[length - 1 : -1 : length], len(text)] if ends else []
    found = []
    for start, end in pairwise(cuts):
        tokens = encode(language, text[start:end])
        short = Encoded(tokens.ids[:length], tokens.ends[:length])
        if len(short.ids) > 1:
            found.append(Stretch(text[start:end], short))
    if not found:
        raise InputError(path, "not two tokens of text in it", "give a text to learn from")
    return found


def compute(
    runtime: Runtime,
    folder: Path,
    student: Language,
    parts: Sequence[Stretch],
    how: str,
    top: int,
    temperature: float,
    length: int,
) -> Source:
    """Run one model over all stretches."""
    language = load_language(runtime, folder)
    model = load_model(runtime, folder).eval()
    ends = {language.end: student.end}
    same = {a: b for a, b in ends.items() if a is not None and b is not None}
    translator = Translator(Dictionary(student.words), language.words, how, same)
    limit = getattr(model.config, "max_position_embeddings", None)
    ids = np.full((len(parts), length, top), -1, np.int32)
    shares = np.zeros((len(parts), length, top), np.float32)
    entropies = np.zeros(len(parts))
    for number, part in enumerate(parts):
        theirs = encode(language, part.text)
        theirs = Encoded(theirs.ids[:limit], theirs.ends[:limit])
        says, surprise = _predictions(runtime, model, theirs, top, temperature)
        places = translator.places(part.tokens, theirs, student.words)
        found = translator.target(part.tokens, theirs, places, says)
        count, width = found.ids.shape
        ids[number, :count, :width], shares[number, :count, :width] = found
        # The first token has no prediction, so the text behind it counts, by its characters.
        read = theirs.ends[-1] - theirs.ends[0] if theirs.ends else 0
        characters = part.tokens.ends[-1] / len(part.tokens.ids)
        entropies[number] = surprise / max(1, read) * characters if read else np.inf
    return Source(ids, shares, entropies)


def _predictions(
    runtime: Runtime, model: Any, tokens: Encoded, top: int, temperature: float
) -> tuple[Target, float]:
    """The likeliest tokens in each place (row j predicts token j), and the sum of -log p."""
    torch = runtime.torch
    with torch.no_grad():
        given = torch.tensor([tokens.ids], device=runtime.device)
        logits = model(input_ids=given).logits[0].double()
        surprise = -logits.log_softmax(-1)[:-1].gather(1, given[0, 1:, None]).sum()
        likely = (logits / temperature).softmax(-1).topk(min(top, logits.shape[-1]), -1)
    ids = np.full((len(tokens.ids), likely.indices.shape[1]), -1, np.int32)
    shares = np.zeros(ids.shape, np.float32)
    ids[1:] = likely.indices[:-1].cpu().numpy()
    shares[1:] = likely.values[:-1].cpu().numpy()
    return Target(ids, shares), float(surprise)


def write_source(path: Path, source: Source) -> None:
    """Keep one model's targets."""
    kinds = {"ids": "I32", "shares": "F32", "entropies": "F64"}
    streams = {}
    for name, dtype in kinds.items():
        values: npt.NDArray[Any] = np.ascontiguousarray(getattr(source, name))
        about = Tensor(name, dtype, values.shape, values.nbytes)
        streams[name] = Output(about, partial(iter, [values.reshape(-1).view(np.uint8)]))
    write_atomically(path, safetensors.stream(Layout((), {}, streams)))


def read_source(path: Path) -> Source:
    """What `write_source` kept; the file stays mapped."""
    opened = safetensors.open_checkpoint(path)

    def values(name: str, kind: str) -> Any:
        return opened.raw(name).view(kind).reshape(opened.tensors[name].shape)

    return Source(values("ids", "<i4"), values("shares", "<f4"), values("entropies", "<f8"))
