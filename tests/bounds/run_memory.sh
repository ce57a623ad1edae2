#!/bin/sh
# Those of the API tests that hold the memory of the service to a bound.
set -eu
QIAO_TEST_SOURCE=$(cd "$1" && pwd)
QIAO_TEST_BUILD=$(cd "$2" && pwd)
export QIAO_TEST_SOURCE QIAO_TEST_BUILD

command -v node >/dev/null || { echo "node is missing; run: sh scripts/dependencies.sh --tests"; exit 1; }
[ -d "$QIAO_TEST_SOURCE/build/dependencies/api-tests/node_modules" ] || { echo "npm packages are missing; run: sh scripts/dependencies.sh --tests"; exit 1; }
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for name in wire exports; do
    node --test-name-pattern=memory "$QIAO_TEST_SOURCE/tests/api/$name.test.mjs" >"$log" || { cat "$log"; exit 1; }
    grep -v SKIP "$log" | grep '^  *ok .*memory' || { echo "no test of $name.test.mjs is about memory"; exit 1; }
done
