#!/usr/bin/env bash
# A dataset of several files, decided like one, in two passes of GNU parallel: the counts of each file, then each file under the
# counts of all. No process reads more than one file.
#
#   assets/two-passes.sh RECIPE OUT FILE...
#
# FANTAIL names the program. Under OUT there is a folder a file, and counts/.
set -euo pipefail
export recipe=$1 out=$2 fantail=${FANTAIL:-fantail}
shift 2
mkdir -p "$out/counts"
pass() { parallel --will-cite --halt now,fail=1 "$@"; }
pass '"$fantail" stats {} --recipe "$recipe" --counts-out "$out"/counts/{/}.json > "$out"/counts/{/}.txt' ::: "$@"
pass '"$fantail" apply {} --recipe "$recipe" --out "$out"/{/} --counts-in "$out"/counts/*.json' ::: "$@"
