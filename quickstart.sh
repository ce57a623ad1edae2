#!/bin/sh
# From a fresh Debian 12 machine to a running service: installs what is missing, builds, imports the fixtures, builds a generation, serves it
# on http://127.0.0.1:8080 and prints what to try. Safe to run again; the second run takes seconds.
#
#   sh quickstart.sh             serve until Ctrl-C
#   sh quickstart.sh --port N    the same on another port
#   sh quickstart.sh --once      serve on a free port, make one request, show the answer, stop
set -eu
cd "$(dirname "$0")"

once=no
port=8080
usage() {
    printf 'usage: sh quickstart.sh [--port N | --once]\n' >&2
    exit 2
}
case "${1:-}" in
'') ;;
--once) once=yes ;;
--port)
    port=${2:-}
    case "$port" in
    '' | *[!0-9]*) usage ;;
    esac
    ;;
*) usage ;;
esac

bin=build/release/bin
data=data
log=build/quickstart.log
need='寻找室温离子电导率不低于3 mS/cm的硫化物固态电解质薄膜，可卷对卷连续生产，膜厚30微米以内'

# What makes an answer readable on this machine.
if command -v python3 >/dev/null 2>&1; then
    show='python3 scripts/show.py'
else
    show='cat'
fi

step() {
    printf '\n== %s\n' "$*" >&2
}

# Output only where it failed.
quietly() {
    if ! "$@" >$log 2>&1; then
        cat $log >&2
        exit 1
    fi
}

build() {
    if command -v ninja >/dev/null 2>&1; then
        export CMAKE_GENERATOR=Ninja
    fi
    if command -v ccache >/dev/null 2>&1; then
        export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
    fi
    mkdir -p build
    [ -f build/release/CMakeCache.txt ] || quietly cmake --preset release ${QIAO_CEDICT:+-DQIAO_CEDICT="$QIAO_CEDICT"}
    set -- cmake --build build/release --parallel --target qiao-indexer qiao-api qiao_lexicon_file
    if [ -t 2 ]; then
        "$@" >&2
    else
        quietly "$@"
    fi
}

fill() {
    quietly $bin/qiao-indexer import --data $data fixtures/projects/*.ndjson fixtures/needs/*.ndjson
    tail -n 1 $log >&2
    $bin/qiao-indexer build --data $data >&2
}

things_to_try() {
    cat <<TEXT

The page for your browser:

   $1/

打开上面的网址即可使用：选一条需求，看匹配到的海外项目。

Three things to try with the API, in another terminal and in this folder (leave "| $show" out to see the JSON):

1. Search the overseas projects, in Chinese or English:
   curl -sG $1/v1/search --data-urlencode 'q=固态电池' -d limit=3 | $show

2. Say what you need, in your own words, and get matching projects at once:
   curl -s $1/v1/match -H 'Content-Type: application/json' -d '{"text": "$need", "limit": 3}' | $show

3. The projects for a need of the catalogue:
   curl -s '$1/v1/needs/fx:n0001/matches?limit=3' | $show

Ctrl-C stops the service.

TEXT
}

wait_for_address() {
    waited=0
    while ! grep -q '^http' "$1"; do
        if ! kill -0 "$2" 2>/dev/null || [ $waited -ge 300 ]; then
            return 1
        fi
        sleep 0.1
        waited=$((waited + 1))
    done
    cat "$1"
}

ask_once() {
    out=$(mktemp)
    $bin/qiao-api --data $data --listen 127.0.0.1:0 >"$out" 2>$log &
    service=$!
    trap 'kill $service 2>/dev/null || true; rm -f "$out"' EXIT
    if ! url=$(wait_for_address "$out" $service); then
        cat $log >&2
        exit 1
    fi
    body="{\"text\": \"$need\", \"limit\": 3}"
    printf 'POST %s/v1/match\n%s\n\n' "$url" "$body"
    answer=$(curl -sS --fail-with-body "$url/v1/match" -H 'Content-Type: application/json' -d "$body")
    printf '%s\n' "$answer" | $show
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
    things_to_try "http://127.0.0.1:$port"
    exec $bin/qiao-api --data $data --listen "127.0.0.1:$port"
fi
