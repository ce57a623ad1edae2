#!/bin/sh
# How long the staff page takes in Chromium: from its address to the first results, from a key pressed to the results of it, from a link to the matches of a need
# and the round trip of a suggestion. Prints one line of JSON: medians in milliseconds, and the bytes of the first view, with nothing kept
# from before; "busy" says that the machine did other work. Keeps it in bench/results/page.jsonl.
#
#   sh bench/page.sh DATA [ROUNDS]      DATA: a folder with a published generation; needs what scripts/dependencies.sh --tests installs
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] && [ -d "$1" ] || { echo "usage: sh bench/page.sh DATA [ROUNDS]" >&2; exit 2; }
data=$(cd "$1" && pwd)
build=${QIAO_BUILD:-$source/build/release}
[ -x "$build/bin/qiao-api" ] || { echo "no $build/bin/qiao-api; build it, or name another build folder with QIAO_BUILD" >&2; exit 1; }
BENCH_COMMIT=$(git -C "$source" rev-parse --short HEAD 2>/dev/null || echo unknown)
export BENCH_COMMIT
QIAO_TEST_SOURCE=$source QIAO_TEST_BUILD=$build exec node "$source/bench/page.mjs" "$data" "${2:-9}"
