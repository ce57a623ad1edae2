#!/bin/sh
# Drives the staff page in Chromium over a service with the fixtures. Needs node, Chromium and the npm packages that scripts/dependencies.sh --tests fetches.
set -eu
QIAO_TEST_SOURCE=$(cd "$1" && pwd)
QIAO_TEST_BUILD=$(cd "$2" && pwd)
export QIAO_TEST_SOURCE QIAO_TEST_BUILD
packages=$QIAO_TEST_SOURCE/build/dependencies

command -v node >/dev/null || { echo "node is missing; run: sh scripts/dependencies.sh --tests"; exit 1; }
command -v "${QIAO_CHROMIUM:-/usr/bin/chromium}" >/dev/null || { echo "Chromium is missing; run: sh scripts/dependencies.sh --tests"; exit 1; }
[ -d "$packages/web-tests/node_modules" ] && [ -d "$packages/api-tests/node_modules" ] || { echo "npm packages are missing; run: sh scripts/dependencies.sh --tests"; exit 1; }
[ -f "$packages/htm/package/preact/standalone.module.js" ] || { echo "htm is missing; run: sh scripts/dependencies.sh, and build again"; exit 1; }
[ -f "$packages/uplot/package/dist/uPlot.esm.js" ] || { echo "uplot is missing; run: sh scripts/dependencies.sh, and build again"; exit 1; }

node "$packages/web-tests/node_modules/typescript/bin/tsc" --project "$QIAO_TEST_SOURCE/tests/web/tsconfig.json"
exec node "$QIAO_TEST_SOURCE/tests/web/all.mjs"
