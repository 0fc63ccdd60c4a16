#!/usr/bin/env bash
# The merge benchmark in the small: trains 3 x (1 base + 8 experts), merges them with every method;
# then bases stopped early and other widths (2 seeds, 4 experts, fewer methods), and the studies.
#   training/runs/mergebench.sh [OUT] [SEEDS]
# Resumable: seeds that are trained and merges whose rows are there are not made again.
set -euo pipefail
out=${1:-training/out/mergebench}
make() { python -m training.mergebench make "$out" --steps 1500,200 "$@"; }
make --seeds "${2:-3}"
seeds=$(seq -f "$out/seed-%g" 0 $((${2:-3} - 1)))
python -m mergeassist models bench $seeds --rows "$out/rows.jsonl" --plot "$out/plot.svg" > "$out/table.md"
cat "$out/table.md"

few=linear,task-arithmetic,ties,dare-ties,pcb,widen,doge,iso-c,tsv-m,regmean,fisher
for axis in "--early 150" "--early 600" "--size 0" "--size 2"; do make --seeds 2 $axis; done
axes=$(for of in "$out/seed-0" "$out/seed-1"; do echo "$of" "$of"-base-{150,600} "$of"-width-{32,128}; done)
python -m mergeassist models bench $axes --experts 4 --methods $few --rows "$out/axes.jsonl" > /dev/null
python -m training.mergebench_axes "$out/axes.jsonl" --plots "$out/plot"

some=pcb:density=0.5,pcb:density=0.9,doge:eta=1,doge:eta=3
python -m mergeassist models bench $seeds --experts 4 --methods $some --rows "$out/rows.jsonl" > /dev/null
python -m training.mergebench_reasons $seeds
python -m training.mergebench_regmean $seeds
python -m training.mergebench_studies average $seeds
python -m training.mergebench_studies average --constant $seeds
python -m training.mergebench_studies front $seeds
