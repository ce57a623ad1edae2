#!/bin/sh
# Harvests from a server that behaves and misbehaves on demand. QIAO_FEED_SAMPLES: a folder with answers of real
# sources; without it those tests are skipped, and say so.
set -eu
QIAO_TEST_SOURCE=$(cd "$1" && pwd)
QIAO_TEST_BUILD=$(cd "$2" && pwd)
export QIAO_TEST_SOURCE QIAO_TEST_BUILD

command -v node >/dev/null || { echo "node is missing; run: sh scripts/dependencies.sh --tests"; exit 1; }
[ -d "$QIAO_TEST_SOURCE/build/dependencies/api-tests/node_modules" ] || { echo "npm packages are missing; run: sh scripts/dependencies.sh --tests"; exit 1; }
command -v openssl >/dev/null || { echo "openssl is missing; it comes with ca-certificates: sh scripts/dependencies.sh"; exit 1; }
node "$QIAO_TEST_SOURCE/tests/api/harvest.test.mjs"
exec node "$QIAO_TEST_SOURCE/tests/api/harvest_transport.test.mjs"
