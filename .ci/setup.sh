#!/bin/bash
# setup.sh [PART…]: installs what is missing and ends with a table of parts and seconds. Without PART: all.
# Safe to run again. Leaves the outcome of each part in target/workshop/setup.tsv.
set -uo pipefail
. "$(dirname "$0")/lib.sh"

[ $# -gt 0 ] || set -- rust wasm-std wasm-bindgen npm python cargo-deny
mkdir -p "$LOGS"
table=$LOGS/setup.tsv
: > "$table"
failed=0
for part in "$@"; do
    script=$ROOT/.ci/setup/$part.sh
    [ -e "$script" ] || die "no part '$part' in .ci/setup"
    from=$EPOCHREALTIME
    if bash "$script" < /dev/null; then outcome=ready; else outcome=FAILED; failed=$((failed + 1)); fi
    awk -v p="$part" -v o="$outcome" -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%s\t%s\t%.1f\n", p, o, b - a }' >> "$table"
done
say ""
awk -F'\t' 'BEGIN { printf "%-14s %-8s %8s\n", "setup", "", "seconds" } { printf "%-14s %-8s %8s\n", $1, $2, $3; s += $3 } END { printf "%-14s %-8s %8.1f\n", "all", "", s }' "$table"
exit $((failed > 0))
