"""mergekit's merges one after the other in one process, for `benchmarks/methods.py`.

    PATH_TO_MERGEKITS_PYTHON benchmarks/mergekit_worker.py < recipes

Reads one JSON object a line ({"recipe": ..., "out": FOLDER}) and answers each with its CPU seconds.
Imports and the first merge's preparations are not counted, which favours mergekit.
"""

from __future__ import annotations

import json
import shutil
import sys
import time

import torch
from mergekit.config import MergeConfiguration
from mergekit.merge import run_merge
from mergekit.options import MergeOptions


def main() -> None:
    """Answer until the input ends."""
    torch.set_num_threads(1)
    options = MergeOptions(copy_tokenizer=False, quiet=True, write_model_card=False)
    warm = False
    for line in sys.stdin:
        asked = json.loads(line)
        config = MergeConfiguration.model_validate(asked["recipe"])
        for _ in range(1 if warm else 2):
            started = time.process_time()
            run_merge(config, asked["out"], options)
            cpu = time.process_time() - started
            shutil.rmtree(asked["out"])
        warm = True
        print(json.dumps({"cpu": cpu}), flush=True)


if __name__ == "__main__":
    main()
