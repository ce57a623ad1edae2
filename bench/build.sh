#!/bin/sh
# Full builds and updates of generated corpora of several sizes.
#
#   sh bench/build.sh [BUILD [RECORDS...]]      default: build/release 10000 100000
#
# Of the records a tenth are needs. Updates are measured twice: with changed bilingual records, from which translations are then learned again, and
# without. Prints one JSON object a line, and keeps it in bench/results/build.jsonl. DATA=DIR measures the records imported
# into DIR instead; FOLDER= holds the copies (/tmp).
set -eu
cd "$(dirname "$0")/.."
build=${1:-build/release}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- 10000 100000
folder=${FOLDER:-/tmp}
BENCH_COMMIT=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
export BENCH_COMMIT

measure() {
    for command in build update "update --spare-bilingual"; do
        # shellcheck disable=SC2086
        "$build/bin/qiao-bench" $command --data "$1" --folder "$folder" --rounds 3 2>/dev/null | tail -n 1 | tee -a bench/results/build.jsonl
    done
}

if [ -n "${DATA:-}" ]; then
    measure "$DATA"
    exit
fi
work=$(mktemp -d "$folder/qiao-build-XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
for records in "$@"; do
    rm -rf "$work/corpus" "$work/data"
    "$build/bin/qiao-generate" --projects $((records - records / 10)) --needs $((records / 10)) --out "$work/corpus" >/dev/null
    "$build/bin/qiao-indexer" import --data "$work/data" "$work"/corpus/*.ndjson >/dev/null
    measure "$work/data"
done
