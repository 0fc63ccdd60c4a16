"""Train the byte-level BPE vocabulary on words of the train split.

python -m training.tokenizer ../shared/data/train models/judge/tokenizer.json --size 8192
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from mergeassist.app.corpus import corpus_files, encode, read_records
from mergeassist.core.tokens import is_blank, tokenize
from mergeassist.judge.encode import SPECIALS


def count_words(paths: list[Path], share: float, seed: int) -> Counter[bytes]:
    """Word counts over a sample of files; each repository's counts are capped by the sample."""
    chance = random.Random(seed)
    counts: Counter[bytes] = Counter()
    for path in paths:
        for record in read_records(path):
            if chance.random() < share:
                text = encode(record[chance.choice(("ours", "theirs"))])
                counts.update(token for token in tokenize(text[:30_000]) if not is_blank(token))
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=8192)
    parser.add_argument("--share", type=float, default=0.15)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    counts = count_words(corpus_files([args.corpus]), args.share, args.seed)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=args.size,
        special_tokens=list(SPECIALS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    # log-damped counts keep one repository's favourite names from filling the vocabulary
    words = (
        word.decode("utf-8", "replace")
        for word, count in sorted(counts.items())
        if len(word) < 40
        for _ in range(min(count, 200))
    )
    tokenizer.train_from_iterator(words, trainer)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(args.out))
    print(f"{args.out}: {tokenizer.get_vocab_size()} pieces from {len(counts)} distinct words")


if __name__ == "__main__":
    main()
