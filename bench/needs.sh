#!/bin/sh
# Real needs against real projects, the whole path from stored record to list, beside Xapian and Lucene in the same run; then with generated records that
# fill the catalogue up.
#
#   sh bench/needs.sh DATA [BUILD [FILL...]]      DATA: folder with abstracts/ and needs/; default build/release 0
#   sh bench/needs.sh DATA build/release 0 923000      a million records in all: a quarter of an hour and 15 GB below TMPDIR
#
# FILL: generated projects to be added. Peers are asked where it is 0 (PEERS=xapian,lucene; PEERS= leaves them out); sh bench/retrieval.sh installs them.
# Prints one JSON object a line, and keeps it in bench/results/needs.jsonl.
set -eu
data=$(realpath "$1")
shift
cd "$(dirname "$0")/.."
build=${1:-build/release}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
BENCH_COMMIT=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
export BENCH_COMMIT

for fill in "$@"; do
    rm -rf "$work/data"
    peers=${PEERS-xapian,lucene}
    "$build/bin/qiao-indexer" import --data "$work/data" "$data"/abstracts/*.projects.ndjson.zst "$data"/needs/*.needs.ndjson >/dev/null
    if [ "$fill" -gt 0 ]; then
        peers=
        "$build/bin/qiao-generate" --projects "$fill" --needs 1 --seed 7 --out "$work/fill" >/dev/null
        "$build/bin/qiao-indexer" import --data "$work/data" "$work/fill/projects.ndjson" >/dev/null
        rm -rf "$work/fill"
    fi
    "$build/bin/qiao-indexer" build --data "$work/data" --no-match --json >&2
    "$build/bin/qiao-bench" needs --data "$work/data" --peers "$peers" | tee -a bench/results/needs.jsonl
done
