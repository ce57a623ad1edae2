#!/bin/sh
# From a fresh Debian 12 machine to a running service: installs what is missing, builds, imports the fixtures, builds a generation, serves it
# on http://127.0.0.1:8080 and prints what to try. Safe to run again; the second run takes seconds.
#
#   sh quickstart.sh          serve until Ctrl-C
#   sh quickstart.sh --once   serve on a free port, make one request, show the answer, stop
set -eu
cd "$(dirname "$0")"

once=no
case "${1:-}" in
'') ;;
--once) once=yes ;;
*)
    printf 'usage: sh quickstart.sh [--once]\n' >&2
    exit 2
    ;;
esac

bin=build/release/bin
data=data
need='寻找室温离子电导率不低于3 mS/cm的硫化物固态电解质薄膜，可卷对卷连续生产，膜厚30微米以内'

step() {
    printf '\n== %s\n' "$*" >&2
}

build() {
    command -v ninja >/dev/null 2>&1 && export CMAKE_GENERATOR=Ninja
    if command -v ccache >/dev/null 2>&1; then
        export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
    fi
    [ -f build/release/CMakeCache.txt ] || cmake --preset release ${QIAO_CEDICT:+-DQIAO_CEDICT="$QIAO_CEDICT"}
    cmake --build build/release --parallel --target qiao-indexer qiao-api qiao_lexicon_file
}

fill() {
    $bin/qiao-indexer import --data $data fixtures/projects/*.ndjson fixtures/needs/*.ndjson
    $bin/qiao-indexer build --data $data
}

# The command that makes JSON readable on this machine.
if command -v jq >/dev/null 2>&1; then
    pretty='jq .'
elif command -v python3 >/dev/null 2>&1; then
    pretty='python3 -m json.tool --no-ensure-ascii'
else
    pretty='cat'
fi

things_to_try() {
    cat <<TEXT

Three things to try, in another terminal:

1. Search the overseas projects, in Chinese or English:
   curl -sG $1/v1/search --data-urlencode 'q=固态电池' -d limit=3 | $pretty

2. Say what you need, in your own words, and get matching projects at once:
   curl -s $1/v1/match -H 'Content-Type: application/json' -d '{"text": "$need", "limit": 3}' | $pretty

3. The projects for a need of the catalogue:
   curl -s '$1/v1/needs/fx:n0001/matches?limit=3' | $pretty

Ctrl-C stops the service.

TEXT
}

ask_once() {
    log=$(mktemp)
    out=$(mktemp)
    $bin/qiao-api --data $data --listen 127.0.0.1:0 >"$out" 2>"$log" &
    service=$!
    trap 'kill $service 2>/dev/null || true; rm -f "$out" "$log"' EXIT
    waited=0
    while ! grep -q '^http' "$out"; do
        if ! kill -0 $service 2>/dev/null || [ $waited -ge 300 ]; then
            cat "$log" >&2
            exit 1
        fi
        sleep 0.1
        waited=$((waited + 1))
    done
    url=$(cat "$out")
    printf '%s\n' "$need"
    answer=$(curl -sS --fail-with-body "$url/v1/match" -H 'Content-Type: application/json' -d "{\"text\": \"$need\", \"limit\": 3}")
    printf '%s\n' "$answer" | $pretty
    kill -TERM $service
    wait $service
}

step 'Packages'
sh scripts/dependencies.sh
step 'Build'
build
step 'Import and build a generation'
fill
if [ $once = yes ]; then
    step 'One request'
    ask_once
else
    step 'Serve'
    things_to_try http://127.0.0.1:8080
    exec $bin/qiao-api --data $data --listen 127.0.0.1:8080
fi
