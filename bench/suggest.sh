#!/bin/sh
# Completions and typing errors: over the fixtures, and over the records imported into DATA where that is given.
#
#   [DATA=DIR LABEL=TEXT] sh bench/suggest.sh [BUILD]      BUILD: default build/release
#
# Prints one JSON object a line, and keeps it in bench/results/suggest.jsonl.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build/release}
BENCH_COMMIT=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
export BENCH_COMMIT

measure() { # DIR LABEL
    "$build/bin/qiao-bench" suggest --data "$1" --label "$2" | tail -n 1 | tee -a bench/results/suggest.jsonl
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
"$build/bin/qiao-indexer" import --data "$work/data" fixtures/projects/*.ndjson fixtures/needs/*.ndjson >/dev/null 2>&1
"$build/bin/qiao-indexer" build --data "$work/data" --no-match >/dev/null 2>&1
measure "$work/data" "fixtures${LABEL:+, $LABEL}"
[ -z "${DATA:-}" ] || measure "$DATA" "${LABEL:-data}"
