#!/bin/sh
# The temporal backtests of docs/learn.md, all with the judge that is installed now:
#   benchmarks/backtests.sh FOLDER-OF-GIT-DIRECTORIES OUT-FOLDER [OPTIONS OF benchmarks.backtest]
# Each repository stands in FOLDER as owner+name/repo and is only read; REPOSITORIES names others.
# What was measured is in OUT/backtests.json; a run that was stopped goes on where it was.
set -u
mirrors=$1 out=$2
shift 2
mkdir -p "$out/keep"
backtest() {
    name=$1
    shift
    nice -n "${NICE:-15}" "${PYTHON:-python}" -m benchmarks.backtest "$mirrors/$name/repo" \
        --keep "$out/keep" --out "$out" "$@" || echo "$name: failed"
}
{
    # the branches alone hold their merges
    for name in ${REPOSITORIES-cython+cython cakephp+cakephp sebastianbergmann+phpunit \
        puppetlabs+puppet git+git}; do
        backtest "$name" "$@"
    done
    # pull requests are squashed there: their branches are fetched too
    for name in ${SQUASHED-SciTools+iris sequelize+sequelize typeorm+typeorm scrapy+scrapy}; do
        backtest "$name" --pulls "$@"
    done
} 2>&1 | tee -a "$out/backtests.txt"
