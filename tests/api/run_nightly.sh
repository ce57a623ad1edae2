#!/bin/sh
# Nights over sources that come, change, withdraw and fail. Needs node only.
set -eu
QIAO_TEST_SOURCE=$(cd "$1" && pwd)
QIAO_TEST_BUILD=$(cd "$2" && pwd)
export QIAO_TEST_SOURCE QIAO_TEST_BUILD

command -v node >/dev/null || { echo "node is missing; run: sh scripts/dependencies.sh --tests"; exit 1; }
exec node "$QIAO_TEST_SOURCE/tests/api/nightly.test.mjs"
