#!/bin/sh
# How long the staff page takes in Chromium: until the first results stand there, from a key pressed to the results of it, until the matches of a need
# stand there. Prints one line of JSON: medians in milliseconds, and the bytes of the first view.
#
#   sh bench/page.sh DATA [ROUNDS]      DATA: a folder with a published generation; needs what scripts/dependencies.sh --tests installs
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] && [ -d "$1" ] || { echo "usage: sh bench/page.sh DATA [ROUNDS]" >&2; exit 2; }
data=$(cd "$1" && pwd)
build=${QIAO_BUILD:-$source/build/release}
[ -x "$build/bin/qiao-api" ] || { echo "no $build/bin/qiao-api; build it, or name another build folder with QIAO_BUILD" >&2; exit 1; }
QIAO_TEST_SOURCE=$source QIAO_TEST_BUILD=$build exec node "$source/bench/page.mjs" "$data" "${2:-9}"
