"""How fast the judge is on this machine, for each runtime that is installed.

Each runtime is measured in a process of its own, on the conflicts of the demo: CPU seconds of the
whole process up to its first answer (cold), of loading the runtime, of its first score, and of a
conflict once all is warm.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from mergeassist.errors import InternalError

if TYPE_CHECKING:
    from mergeassist.core.chunks import MergedFile
    from mergeassist.propose.context import Context

NEEDS = {"numpy": "numpy", "onnx": "onnxruntime", "torch": "torch"}
ROUNDS = 5


class Speed(NamedTuple):
    """CPU milliseconds of one runtime; `conflicts_per_second` counts proposing and judging.

    `cold` is a process from its start to its first answer, `load` the runtime with its weights
    (its library included), `first` and `warm` the scores of one conflict, `judge` evidence and
    scores, `propose` the proposals.
    """

    runtime: str
    cold: float
    load: float
    first: float
    warm: float
    judge: float
    propose: float
    conflicts: int
    conflicts_per_second: float


def installed() -> list[str]:
    """The runtimes that can be used here, the default one first."""
    return [name for name, module in NEEDS.items() if find_spec(module) is not None]


def measure(runtime: str, rounds: int = ROUNDS) -> Speed:
    """Measure one runtime in a process of its own; raises `InternalError` where that fails."""
    words = [sys.executable, "-m", "mergeassist.app.bench", runtime]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    cold = _cpu(lambda: _run([*words, "0"], environment))
    output: list[str] = []
    _cpu(lambda: output.append(_run([*words, str(rounds)], environment)))
    return Speed(runtime, cold, **json.loads(output[0]))


def _run(words: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        words, env=environment, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise InternalError(f"the runtime {words[-2]} failed: {reason}")
    return done.stdout


def _cpu(run: Any) -> float:
    """CPU milliseconds of the processes that `run` starts and waits for."""
    before = os.times()
    run()
    after = os.times()
    used = after.children_user + after.children_system
    return round(1000 * (used - before.children_user - before.children_system), 1)


def _files() -> list[tuple[MergedFile, Context]]:
    """The demo's conflicts."""
    from mergeassist.app.demo import cases
    from mergeassist.app.merge_file import line_merge
    from mergeassist.languages.syntax import language_of
    from mergeassist.propose.context import Context

    found = []
    for case in cases():
        base, ours, theirs = (case.version(side) for side in ("base", "ours", "theirs"))
        merged = line_merge(base, ours, theirs)
        if merged is not None and merged.conflicts:
            context = Context(case.path, language_of(case.path), base, ours, theirs)
            found.append((merged, context))
    return found


def _inside(runtime: str, rounds: int) -> dict[str, Any]:
    """What the process of a runtime measures; no rounds: one conflict, and nothing is timed."""
    from mergeassist.judge import model
    from mergeassist.judge.evidence import FileView
    from mergeassist.propose.generate import propose_file

    started = time.process_time()
    judge = model.load(None, runtime)
    if judge is None:
        raise InternalError("no judge is installed")
    load = time.process_time() - started
    files = _files() if rounds else _files()[:1]
    started = time.process_time()
    offered = [propose_file(merged, context) for merged, context in files]
    views = [FileView(merged, context).conflicts() for merged, context in files]
    pairs = [(v, p) for a, b in zip(views, offered, strict=True) for v, p in zip(a, b, strict=True)]
    propose = (time.process_time() - started) / len(pairs)
    judge.judge(*pairs[0])
    if not rounds:
        return {}
    first, warm = _scores(runtime, pairs, rounds)
    started = time.process_time()
    for _ in range(rounds):
        for merged, context in files:
            given = propose_file(merged, context)
            for view, proposals in zip(FileView(merged, context).conflicts(), given, strict=True):
                judge.judge(view, proposals)
    whole = (time.process_time() - started) / len(pairs) / rounds
    return {
        "load": _ms(load), "first": _ms(first), "warm": _ms(warm), "judge": _ms(whole - propose),
        "propose": _ms(propose), "conflicts": len(pairs),
        "conflicts_per_second": round(1 / whole, 1),
    }  # fmt: skip


def _scores(runtime: str, pairs: list[Any], rounds: int) -> tuple[float, float]:
    """Seconds of a fresh runtime's first score, and of one after that."""
    from mergeassist.judge.evidence import measure as evidence_of
    from mergeassist.judge.model import Judge, shipped_folder

    folder = shipped_folder()
    if folder is None:
        raise InternalError("no judge is installed")
    judge = Judge(folder, runtime)
    given = [
        (judge.read(view, offered), *evidence_of(view, offered).arrays(judge.schema))
        for view, offered in pairs
    ]
    started = time.process_time()
    judge.runtime.scores(*given[0])
    first = time.process_time() - started
    started = time.process_time()
    for _ in range(10 * rounds):
        for one in given:
            judge.runtime.scores(*one)
    return first, (time.process_time() - started) / len(given) / (10 * rounds)


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 3)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_inside(sys.argv[1], int(sys.argv[2]))) + "\n")
