#!/usr/bin/env bash
# The shipped judge from the corpus and from what training/runs/mine.sh has made of further
# repositories: about three CPU hours, resumable at every step.
#   training/runs/judge.sh ../shared/data [MINED]
set -euo pipefail
corpus=$1 mined=${2:-}
out=training/out
model=models/judge
[ -f "$model/tokenizer.json" ] ||
  python -m training.tokenizer "$corpus/train" "$model/tokenizer.json" --size 8192 --share 0.06
python -m training.build "$corpus/valid" "$out/data/valid" --no-text
python -m training.build "$corpus/train" ${mined:+"$mined"} "$out/data/train" --no-text \
  --without "$corpus/valid" "$corpus/test"
fit() { python -m training.trees "$out/data" "$out/$1" --forget .12 "${@:2}"; }
fit trees-a --trees 500 --rate .07 --leaves 63 --columns .2
fit trees-b --trees 300 --rate .1 --leaves 127 --columns .2 --seed 2
fit trees-c --trees 400 --rate .1 --leaves 127 --columns .25 --seed 3 --drawn
fit trees-d --trees 200 --rate .1 --leaves 255 --columns .2 --seed 7
python -m training.train "$out/data" "$out/run" --no-text --epochs 1 --budget 72
python -m training.outside "$out/data" "$out/outside.npz" --trees 120 --forget .12
trees=("$out/trees-a/trees.txt" "$out/trees-b/trees.txt" "$out/trees-c/trees.txt"
  "$out/trees-d/trees.txt")
python -m training.export "$out/data" "$out/run" "$model" --trees "${trees[@]}"
python -m training.calibrate "$out/data" "$out/run" "$model" --trees "${trees[@]}" --outside "$out/outside.npz"
