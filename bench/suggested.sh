#!/bin/sh
# What words suggest against what records say: precision on the fixtures, and on further record files.
#
#   sh bench/suggested.sh [BUILD [FILE.ndjson ...]]      BUILD: default build/release
#
# Prints one JSON object for the fixtures and one for all further files together.
set -eu
build=${1:-build/release}
[ $# -eq 0 ] || shift
cd "$(dirname "$0")/.."
BENCH_COMMIT=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
export BENCH_COMMIT
"$build/bin/qiao-bench" suggested fixtures/projects/*.ndjson fixtures/needs/*.ndjson
[ $# -eq 0 ] || "$build/bin/qiao-bench" suggested "$@"
