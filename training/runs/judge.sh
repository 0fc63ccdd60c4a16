#!/usr/bin/env bash
# The shipped judge from the corpus: about three hours on two cores, resumable at every step.
#   training/runs/judge.sh ../shared/data
set -euo pipefail
corpus=$1
out=training/out
model=models/judge
[ -f "$model/tokenizer.json" ] ||
  python -m training.tokenizer "$corpus/train" "$model/tokenizer.json" --size 8192 --share 0.06
for split in valid train; do
  python -m training.build "$corpus/$split" "$out/data/$split" --tokenizer "$model"
done
python -m training.trees "$out/data" "$out/trees" --trees 300
python -m training.train "$out/data" "$out/run" --size 1 --epochs 2.3 --budget 10240 --rate 8e-4
python -m training.export "$out/data" "$out/run" "$model" --trees "$out/trees/trees.txt"
python -m training.calibrate "$out/data" "$out/run" "$model" --trees "$out/trees/trees.txt"
