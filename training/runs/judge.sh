#!/usr/bin/env bash
# The shipped judge from the corpus: about an hour on two idle cores, resumable at every step.
#   training/runs/judge.sh ../shared/data
set -euo pipefail
corpus=$1
out=training/out
model=models/judge
[ -f "$model/tokenizer.json" ] ||
  python -m training.tokenizer "$corpus/train" "$model/tokenizer.json" --size 8192 --share 0.06
for split in valid train; do
  python -m training.build "$corpus/$split" "$out/data/$split" --no-text
done
python -m training.trees "$out/data" "$out/trees-a" --trees 400 --rate .07 --leaves 63 --columns .3
python -m training.trees "$out/data" "$out/trees-b" --trees 300 --rate .07 --leaves 127 --columns .5 --seed 2
python -m training.trees "$out/data" "$out/trees-c" --trees 450 --rate .07 --leaves 127 --columns .5 --seed 3
python -m training.train "$out/data" "$out/run" --no-text --epochs 1 --budget 72
trees=("$out/trees-a/trees.txt" "$out/trees-b/trees.txt" "$out/trees-c/trees.txt")
python -m training.export "$out/data" "$out/run" "$model" --trees "${trees[@]}"
python -m training.calibrate "$out/data" "$out/run" "$model" --trees "${trees[@]}"
