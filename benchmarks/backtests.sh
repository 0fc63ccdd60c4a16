#!/bin/sh
# The temporal backtests of the README: benchmarks/backtests.sh FOLDER-OF-BARE-REPOSITORIES OUT-FOLDER
# Each repository stands in FOLDER as owner+name/repo; outputs are OUT/backtests.{txt,jsonl}.
set -eu
mirrors=$1 out=$2
mkdir -p "$out/keep"
: >"$out/backtests.jsonl"
for name in cakephp+cakephp sebastianbergmann+phpunit cython+cython sphinx-doc+sphinx \
    ipython+ipython git+git SciTools+iris; do
    nice -n 15 "${PYTHON:-python}" -m benchmarks.backtest "$mirrors/$name/repo" \
        --keep "$out/keep" --json "$out/backtests.jsonl"
done 2>&1 | tee "$out/backtests.txt"
