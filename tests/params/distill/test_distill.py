"""`models distill` on tiny random models whose tokenizers differ, all built here."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mergeassist.cli.main import main
from mergeassist.params.distill import command, targets, train
from mergeassist.params.distill.mapping import EXACT
from mergeassist.params.distill.runtime import load_language, load_model, load_runtime

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")

TEXT = "the merge of the models is the model of the merges and the text is the test of it all. " * 8


def byte_level(size: int) -> Any:
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=256 + size, initial_alphabet=alphabet, special_tokens=["<end>"]
    )
    made.train_from_iterator([TEXT], trainer)
    return made


def piece_level(size: int) -> Any:
    made = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token="<unk>"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=size, special_tokens=["<unk>", "<end>"])
    made.train_from_iterator([TEXT], trainer)
    return made


def build(folder: Path, seed: int, tokenizer: Any, *, llama: bool) -> Path:
    """A random model with its tokenizer."""
    torch.manual_seed(seed)
    size = tokenizer.get_vocab_size()
    if llama:
        config = transformers.LlamaConfig(
            vocab_size=size, hidden_size=16, intermediate_size=32, num_hidden_layers=1,
            num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=64,
        )  # fmt: skip
        model = transformers.LlamaForCausalLM(config)
    else:
        config = transformers.GPT2Config(vocab_size=size, n_embd=16, n_layer=1, n_head=2,
                                         n_positions=64)  # fmt: skip
        model = transformers.GPT2LMHeadModel(config)
    model.save_pretrained(folder)
    wrapped = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>")
    wrapped.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A student, a teacher that knows the text, and the text."""
    place = tmp_path_factory.mktemp("models")
    student = build(place / "student", 0, byte_level(30), llama=False)
    teacher = build(place / "teacher", 1, piece_level(60), llama=True)
    runtime = load_runtime("cpu")
    language, model = load_language(runtime, teacher), load_model(runtime, teacher)
    ids = torch.tensor([targets.encode(language, TEXT).ids[:64]])
    optimiser = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(60):
        loss = model(input_ids=ids, labels=ids).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.5
    model.save_pretrained(teacher)
    text = place / "text.txt"
    text.write_text(TEXT)
    return student, teacher, text


OPTIONS = ("--length", "24", "--batch", "4", "--steps", "12", "--rate", "0.01", "--lm", "0.3",
           "--save-every", "4", "--device", "cpu", "--top", "5")  # fmt: skip


def run(models: tuple[Path, Path, Path], out: Path, *more: str) -> int:
    student, teacher, text = map(str, models)
    return main(["models", "distill", teacher, "--student", student, "--text", text,
                 "-o", str(out), *OPTIONS, *more])  # fmt: skip


def weights(folder: Path) -> dict[str, Any]:
    return load_model(load_runtime("cpu"), folder).state_dict()


@pytest.mark.parametrize("more", [(), ("--choose", "average", "--align", "exact")])
def test_the_student_comes_nearer_to_the_fused_distributions(
    tmp_path: Path, models: tuple[Path, Path, Path], more: tuple[str, ...]
) -> None:
    assert run(models, tmp_path / "out", *more) == 0
    record = json.loads((tmp_path / "out/distill.json").read_text())
    assert record["after"]["fused"] < 0.9 * record["before"]["fused"]
    assert record["after"]["text"] < 0.9 * record["before"]["text"]
    assert not (tmp_path / "out.partial").exists()
    # It loads as what it was, with its tokenizer.
    again = transformers.AutoTokenizer.from_pretrained(tmp_path / "out", local_files_only=True)
    assert again.decode(again("the merges")["input_ids"]) == "the merges"
    assert list(weights(tmp_path / "out")) == list(weights(models[0]))


class StopError(Exception):
    """A run that is killed."""


def test_a_stopped_run_ends_where_an_unstopped_one_does(
    tmp_path: Path, models: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(models, tmp_path / "whole") == 0
    seen: list[int] = []

    def stop(steps: int, step: int, *losses: float) -> None:
        seen.append(step)
        if step == 7:
            raise StopError

    monkeypatch.setattr(command, "_note", stop)
    assert run(models, tmp_path / "out") != 0
    assert not (tmp_path / "out").exists()
    # Other settings do not go on from this state.
    assert run(models, tmp_path / "out", "--seed", "1") == 2
    monkeypatch.setattr(targets, "compute", lambda *_: pytest.fail("targets are kept"))
    monkeypatch.setattr(command, "_note", lambda steps, step, *_: seen.append(step))
    assert run(models, tmp_path / "out") == 0
    assert seen == [*range(1, 8), *range(5, 13)]
    whole, out = weights(tmp_path / "whole"), weights(tmp_path / "out")
    assert all(torch.equal(whole[name], out[name]) for name in whole)
    assert run(models, tmp_path / "out") == 2  # it is there


def test_the_loss_is_its_formula(models: tuple[Path, Path, Path]) -> None:
    """Cross entropy of the fused distributions, by loops over tokens in numpy."""
    student, teacher, text = models
    runtime = load_runtime("cpu")
    language = load_language(runtime, student)
    parts = targets.stretches(text.read_text(), language, 24, text)[:3]
    assert {len(part.tokens.ids) for part in parts} == {24}
    sources = [targets.compute(runtime, folder, language, parts, EXACT, 5, 1.0, 24)
               for folder in (teacher, student)]  # fmt: skip
    model = load_model(runtime, student).eval()
    given = train.lesson(parts, sources, [2, 0], "average")
    with torch.no_grad():
        text_loss, fused_loss = (x.item() for x in train.losses(runtime, model, given))
        logits = model(input_ids=torch.tensor(given.ids)).logits.double().log_softmax(-1).numpy()
    plain, said = [], []
    for at, row in enumerate((2, 0)):
        powers = np.exp([-source.entropies[row] for source in sources])
        for i in range(1, 24):
            plain.append(-logits[at, i - 1, parts[row].tokens.ids[i]])
            total = 0.0
            for source, weight in zip(sources, powers / powers.sum(), strict=True):
                for token, share in zip(source.ids[row, i], source.shares[row, i], strict=True):
                    total -= weight * share * logits[at, i - 1, token] if token >= 0 else 0
            said.append(total)
    assert text_loss == pytest.approx(np.mean(plain), rel=1e-5)
    assert fused_loss == pytest.approx(np.mean(said), rel=1e-5)
    # The student's own start needs no translation: it is its five likeliest tokens.
    likely = np.sort(np.exp(logits[1, 4]))[-5:]
    own = np.sort(sources[1].shares[0, 5])
    np.testing.assert_allclose(own, likely / likely.sum(), rtol=1e-4)
    # Its cross entropy is its own loss, but for the characters of the first token.
    read = parts[0].tokens.ends[-1] - parts[0].tokens.ends[0]
    nats = -sum(logits[1, i - 1, parts[0].tokens.ids[i]] for i in range(1, 24))
    assert sources[1].entropies[0] == pytest.approx(nats / read * parts[0].tokens.ends[-1] / 24,
                                                    rel=1e-5)  # fmt: skip
    assert sources[0].entropies[0] < sources[1].entropies[0]  # the teacher knows the text


def test_rounds_visit_every_stretch_once() -> None:
    visited = [row for step in range(5) for row in train.rows_of(step, 10, 4, 3)]
    assert sorted(visited[:10]) == sorted(visited[10:]) == list(range(10))
    assert visited[:10] != visited[10:]


def test_without_torch_one_line_says_what_to_install(
    tmp_path: Path, models: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setitem(sys.modules, "transformers", None)
    assert run(models, tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert "pip install 'mergeassist[train]'" in said and said.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("more", "reason"),
    [(("--lm", "2"), "0..1"), (("--steps", "0"), "1 or more"), (("--text", "?"), "no such file"),
     (("--student", "?"), "no such file"), (("--seed", "4294967296"), "2**31")],
)  # fmt: skip
def test_wishes_that_cannot_be_met(
    tmp_path: Path, models: tuple[Path, Path, Path], more: tuple[str, ...], reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert run(models, tmp_path / "out", *more) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
