#!/usr/bin/env bash
# The merge benchmark in the small: trains 3 x (1 base + 8 experts), merges them with every method.
#   training/runs/mergebench.sh [OUT]
# Resumable: seeds that are trained and merges whose rows are there are not made again.
set -euo pipefail
out=${1:-training/out/mergebench}
python -m training.mergebench make "$out" --seeds 3 --size 0 --steps 900,250
python -m mergeassist models bench "$out"/seed-* --rows "$out/rows.jsonl" > "$out/table.md"
cat "$out/table.md"
