#!/bin/sh
# Fills the disk of qiao-api while it is written to, and makes room again.
set -eu
QIAO_TEST_SOURCE=$(cd "$1" && pwd)
QIAO_TEST_BUILD=$(cd "$2" && pwd)
export QIAO_TEST_SOURCE QIAO_TEST_BUILD

command -v node >/dev/null || { echo "node is missing; run: sh scripts/dependencies.sh --tests"; exit 1; }
[ -d "$QIAO_TEST_SOURCE/build/dependencies/api-tests/node_modules" ] || { echo "npm packages are missing; run: sh scripts/dependencies.sh --tests"; exit 1; }
exec node "$QIAO_TEST_SOURCE/tests/api/full.test.mjs"
