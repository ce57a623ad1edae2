#!/bin/sh
# Harvests of large sources from a server on this machine: one CSV file, and OAI-PMH in pages. Records a second and the most memory that the harvester
# took (resident, pages of mapped files included; beside it without those).
#   sh bench/feeds.sh [BUILD_DIR] [RECORDS]       needs node and /usr/bin/time; one line of bench/results/feeds.jsonl for each
set -eu
cd "$(dirname "$0")/.."
build=${1:-build/release}
records=${2:-1000000}
work=$(mktemp -d)
node bench/feed_server.mjs "$records" >"$work/port" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
while [ ! -s "$work/port" ]; do sleep 0.1; done
port=$(cat "$work/port")

# The largest anonymous part of a process, looked at ten times a second while it runs.
watch() {
    most=0
    while [ -r "/proc/$1/status" ]; do
        now=$(sed -n 's/^RssAnon:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null || echo 0)
        [ "${now:-0}" -le "$most" ] || most=$now
        sleep 0.1
    done
    echo "$most" >"$2"
}

run() {
    name=$1
    shift
    "$build/bin/qiao-indexer" harvest --data "$work/$name" --allow-private --json --max-page 8G "$@" >"$work/$name.json" &
    pid=$!
    watch $pid "$work/$name.anon" &
    watcher=$!
    peak=0
    while [ -r "/proc/$pid/status" ]; do
        now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null || echo 0)
        [ "${now:-0}" -le "$peak" ] || peak=$now
        sleep 0.1
    done
    wait $pid
    wait $watcher
    node -e '
      const [, file, name, peak, anon, commit] = process.argv, report = JSON.parse(require("fs").readFileSync(file, "utf8"));
      console.log(JSON.stringify({ date: new Date().toISOString().slice(0, 10), commit, bench: "feeds", source: name, records: report.read, new: report.new,
        pages: report.pages, seconds: report.seconds, per_second: Math.round(report.read / report.seconds), peak_mib: Math.round(peak / 1024), anonymous_mib: Math.round(anon / 1024) }));
    ' "$work/$name.json" "$name" "$peak" "$(cat "$work/$name.anon")" "$(git rev-parse --short HEAD 2>/dev/null || echo none)" | tee -a bench/results/feeds.jsonl
    rm -rf "${work:?}/$name"
}

sed 's/"interval_ms": 3000/"interval_ms": 0/' indexer/harvest/feeds/oai_dc.json >"$work/oai.json"
sed -i 's/metadata\.dc\./metadata.dc./g' "$work/oai.json"
run csv --preset sbir_awards --url "http://127.0.0.1:$port/csv" --source csv
run oai --feed "$work/oai.json" --url "http://127.0.0.1:$port/oai" --source oai
