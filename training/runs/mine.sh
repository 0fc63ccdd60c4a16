#!/usr/bin/env bash
# More training data: every repository of training/repositories.txt that stands as OWNER+NAME (a bare
# clone or a .git directory) in a folder becomes one corpus file; about 12 CPU seconds each.
#   training/runs/mine.sh FOLDER OUT
# Resumable: a corpus file that is there is not made again.
set -euo pipefail
from=$1 out=$2
mkdir -p "$out"
grep -v '^#' "$(dirname "$0")/../repositories.txt" | while read -r repository; do
  name=${repository/\//+}
  [ -d "$from/$name" ] && [ ! -f "$out/$name.jsonl.zst" ] || continue
  python -m training.mine "$from/$name" "$out/$name.part" --repo "$repository" --files 300
  mv "$out/$name.part" "$out/$name.jsonl.zst"
done
