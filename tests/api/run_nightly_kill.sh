#!/bin/sh
# Nights that are killed and started again, against nights that nobody disturbed. QIAO_REAL_DATA: a folder of real records to do the same with; QIAO_KILL_ROUNDS.
set -eu
QIAO_TEST_SOURCE=$(cd "$1" && pwd)
QIAO_TEST_BUILD=$(cd "$2" && pwd)
export QIAO_TEST_SOURCE QIAO_TEST_BUILD

command -v node >/dev/null || { echo "node is missing; run: sh scripts/dependencies.sh --tests"; exit 1; }
exec node "$QIAO_TEST_SOURCE/tests/api/nightly_kill.test.mjs"
