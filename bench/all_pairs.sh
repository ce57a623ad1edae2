#!/bin/sh
# All pairs of seeded corpora: makes each, builds it without matches, matches it.
#
#   sh bench/all_pairs.sh [BUILD [PROJECTS:NEEDS[:SLICES]...]]     default: build/release 10000:10000 30000:30000 100000:20000 100000:100000:20
#                                                                  300000:300000:300 1000000:1000000:2000
#
# With SLICES only one slice of so many is matched, and seconds_for_all is what the whole would take. Prints one JSON object a line and keeps it in
# bench/results/all_pairs.jsonl; then the exponent of growth: seconds_for_all ~ (projects * needs) ^ e between the first and each other size.
# Corpora stand in ${TMPDIR:-/tmp}/qiao-all-pairs and are removed one by one.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build/release}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- 10000:10000 30000:30000 100000:20000 100000:100000:20 300000:300000:300 1000000:1000000:2000
work=${TMPDIR:-/tmp}/qiao-all-pairs
results=bench/results/all_pairs.jsonl
lines=$(mktemp)
trap 'rm -rf "$work" "$lines"' EXIT INT TERM
BENCH_COMMIT=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
export BENCH_COMMIT

for size in "$@"; do
    projects=${size%%:*}
    rest=${size#*:}
    needs=${rest%%:*}
    slices=1
    case "$rest" in *:*) slices=${rest#*:} ;; esac
    rm -rf "$work"
    "$build/bin/qiao-generate" --projects "$projects" --needs "$needs" --out "$work/records" >/dev/null
    "$build/bin/qiao-indexer" import --data "$work/data" "$work/records/projects.ndjson" "$work/records/needs.ndjson" >/dev/null
    rm -rf "$work/records"
    "$build/bin/qiao-indexer" build --data "$work/data" --no-match --json >&2
    "$build/bin/qiao-bench" all-pairs --data "$work/data" --one-slice-of "$slices" | tee -a "$results" "$lines"
done

awk '
function number(key,    at) {
    if (match($0, "\"" key "\":[-0-9.e+]+") == 0)
        return 0
    at = length(key) + 3
    return substr($0, RSTART + at, RLENGTH - at) + 0
}
{
    pairs = number("projects") * number("needs")
    seconds = number("seconds_for_all")
    if (NR == 1) {
        first_pairs = pairs
        first_seconds = seconds
    } else if (pairs != first_pairs)
        printf "{\"bench\":\"all-pairs-growth\",\"from_pairs\":%.0f,\"to_pairs\":%.0f,\"exponent\":%.3f}\n", first_pairs, pairs, log(seconds / first_seconds) / log(pairs / first_pairs)
}' "$lines" | tee -a "$results"
