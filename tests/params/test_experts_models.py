"""What transformers makes of compacted mixtures: tiny random models, built here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mergeassist.cli.main import main
from tests.params.samples import load, save

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

SIZES = {
    "vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 2, "max_position_embeddings": 64,
}  # fmt: skip
IDS = [[(7 * i + 3 * j) % 40 for i in range(20)] for j in range(4)]


def build(kind: str, folder: Path, chosen: int, **more: Any) -> None:
    torch.manual_seed(0)
    if kind == "mixtral":
        config = transformers.MixtralConfig(
            **SIZES, intermediate_size=24, num_local_experts=4, num_experts_per_tok=chosen
        )
        model = transformers.MixtralForCausalLM(config)
    else:
        config = transformers.Qwen2MoeConfig(
            **SIZES, intermediate_size=24, moe_intermediate_size=12, num_experts=4,
            shared_expert_intermediate_size=20, num_experts_per_tok=chosen, **more,
        )  # fmt: skip
        model = transformers.Qwen2MoeForCausalLM(config)
    for weight in model.parameters():
        weight.data.mul_(8)  # so that the experts are heard over the residual stream
    model.save_pretrained(folder)


def logits(folder: Path) -> Any:
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)
    with torch.no_grad():
        return model.eval()(input_ids=torch.tensor(IDS)).logits


def rewrite(folder: Path, copies: bool) -> None:
    """Shuffle hidden units in every expert; with `copies`, experts 2 and 3 repeat 0 and 1."""
    path = folder / "model.safetensors"
    arrays = load(path)
    chance = torch.Generator().manual_seed(1)
    blocks = sorted({n.rpartition(".weight")[0].rpartition(".")[0] for n in arrays
                     if ".experts." in n})  # fmt: skip
    for block in blocks:
        stem, _, number = block.rpartition(".")
        source = f"{stem}.{int(number) % 2}" if copies else block
        for name in [n for n in arrays if n.startswith(source + ".")]:
            part = name.removeprefix(source)
            out = part in (".w2.weight", ".down_proj.weight")
            values = arrays[name]
            order = torch.randperm(values.shape[out], generator=chance.manual_seed(hash_of(block)))
            moved = values[:, order.numpy()] if out else values[order.numpy()]
            arrays[block + part] = moved.copy()
    if copies:
        for name in [n for n in arrays if n.endswith(".gate.weight")]:
            arrays[name] = arrays[name][[0, 1, 0, 1]]
    save(path, arrays, {"format": "pt"})


def hash_of(block: str) -> int:
    return sum(map(ord, block))


def compact(folder: Path, out: Path, *options: str) -> None:
    assert main(["models", "compact-experts", str(folder), "-o", str(out), *options]) == 0


@pytest.mark.parametrize(("kind", "more"), [("mixtral", {}), ("qwen", {"norm_topk_prob": False})])
def test_copies_of_experts_compact_to_the_same_function(
    tmp_path: Path, kind: str, more: dict[str, Any]
) -> None:
    model = tmp_path / "model"
    build(kind, model, 2, **more)
    before = logits(model)
    rewrite(model, copies=False)
    assert torch.allclose(logits(model), before, atol=1e-4)  # the order of units is free
    rewrite(model, copies=True)
    doubled = logits(model)
    assert not torch.allclose(doubled, before, atol=1e-2)
    compact(model, tmp_path / "out", "--experts", "2")
    config = json.loads((tmp_path / "out/config.json").read_text())
    assert config["num_experts_per_tok"] == 1
    assert config["num_local_experts" if kind == "mixtral" else "num_experts"] == 2
    assert torch.allclose(logits(tmp_path / "out"), doubled, atol=1e-4)
    # Without alignment the copies, shuffled differently, do not add up to themselves.
    compact(model, tmp_path / "loose", "--experts", "2", "--no-align")
    assert not torch.allclose(logits(tmp_path / "loose"), doubled, atol=1e-2)


def test_all_experts_kept_is_the_same_model(tmp_path: Path) -> None:
    build("mixtral", tmp_path / "model", 2)
    compact(tmp_path / "model", tmp_path / "out", "--experts", "4")
    assert torch.equal(logits(tmp_path / "out"), logits(tmp_path / "model"))
    compact(tmp_path / "model", tmp_path / "three", "--experts", "3", "--rank", "6", "--dense")
    assert logits(tmp_path / "three").isfinite().all()


def test_usage_is_counted_on_a_text(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    model = tmp_path / "model"
    build("mixtral", model, 2)
    vocabulary = {chr(97 + i) if i < 26 else f"[{i}]": i for i in range(40)}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[39]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    transformers.PreTrainedTokenizerFast(tokenizer_object=made).save_pretrained(model)
    text = tmp_path / "text"
    text.write_text("mergetheexpertsbyhowoftentheyareasked" * 20)
    kept = tmp_path / "routing.safetensors"
    compact(model, tmp_path / "out", "--experts", "2", "--text", str(text),
            "--save-routing", str(kept))  # fmt: skip
    found = load(kept)
    network = transformers.AutoModelForCausalLM.from_pretrained(model, local_files_only=True)
    ids = torch.tensor([[vocabulary[c] for c in text.read_text()]])
    counts = torch.zeros(2, 4)
    hidden: list[Any] = []
    for layer in network.model.layers:
        layer.mlp.register_forward_pre_hook(lambda _, given: hidden.append(given[0]))
    with torch.no_grad():
        for window in ids.split(SIZES["max_position_embeddings"], 1):
            network.eval()(input_ids=window)
    for number, states in enumerate(hidden):
        router = network.model.layers[number % 2].mlp.gate.weight
        chosen = (states.reshape(-1, 16) @ router.T).topk(2).indices
        counts[number % 2] += torch.bincount(chosen.ravel(), minlength=4)
    for number in range(2):
        usage = found[f"model.layers.{number}.block_sparse_moe.usage"]
        assert usage == pytest.approx((counts[number] / counts[number].sum()).numpy(), abs=1e-6)
    compact(model, tmp_path / "again", "--experts", "2", "--routing", str(kept))
    assert torch.equal(logits(tmp_path / "again"), logits(tmp_path / "out"))
