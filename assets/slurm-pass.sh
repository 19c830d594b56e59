#!/bin/bash
# One task of a Slurm job array: one file of a dataset of several in one of the two passes of assets/two-passes.sh.
#
#   sbatch --array=1-N assets/slurm-pass.sh count|write RECIPE OUT FILE...
#
# N is the number of files, and `write` waits for all of `count`. FANTAIL names the program. Under OUT there is a folder a file, and
# counts/.
set -euo pipefail
pass=$1 recipe=$2 out=$3 fantail=${FANTAIL:-fantail}
shift 3
file=${!SLURM_ARRAY_TASK_ID}
counts=$out/counts
mkdir -p "$counts"
case $pass in
  count) "$fantail" stats "$file" --recipe "$recipe" --counts-out "$counts/${file##*/}.json" > "$counts/${file##*/}.txt" ;;
  write) "$fantail" apply "$file" --recipe "$recipe" --out "$out/${file##*/}" --counts-in "$counts"/*.json ;;
  *) echo "count or write, not $pass" >&2; exit 2 ;;
esac
