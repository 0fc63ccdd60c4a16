#!/usr/bin/env bash
# The merge benchmark in the small: trains 2 x (1 base + 8 experts), merges them with every method.
#   training/runs/mergebench.sh [OUT] [SEEDS]
# Resumable: seeds that are trained and merges whose rows are there are not made again.
set -euo pipefail
out=${1:-training/out/mergebench}
python -m training.mergebench make "$out" --seeds "${2:-2}" --steps 1500,200
python -m mergeassist models bench "$out"/seed-* --rows "$out/rows.jsonl" --plot "$out/plot.svg" > "$out/table.md"
cat "$out/table.md"
python -m training.mergebench_studies average "$out"/seed-*
python -m training.mergebench_studies front "$out"/seed-*
