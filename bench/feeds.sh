#!/bin/sh
# Harvests of large sources from a server on this machine: one CSV file, and OAI-PMH in pages. Records a second and the most memory that the harvester
# took (resident, pages of mapped files included; beside it without those).
#   sh bench/feeds.sh [BUILD_DIR] [RECORDS]       needs node; one line of bench/results/feeds.jsonl for each
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

# A number of /proc/PID/status in KiB; 0 where the process is gone.
status_of() {
    number=$(sed -n "s/^$2:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$1/status" 2>/dev/null || true)
    echo "${number:-0}"
}

run() {
    name=$1
    shift
    "$build/bin/qiao-indexer" harvest --data "$work/$name" --allow-private --json --max-page 8G "$@" >"$work/$name.json" &
    pid=$!
    peak=0
    anonymous=0
    while [ "$(status_of $pid VmRSS)" -gt 0 ]; do # 0 when it is over
        now=$(status_of $pid VmHWM)
        [ "$now" -le "$peak" ] || peak=$now
        now=$(status_of $pid RssAnon)
        [ "$now" -le "$anonymous" ] || anonymous=$now
        sleep 0.1
    done
    wait $pid
    node -e '
      const [, file, name, peak, anon, commit] = process.argv, report = JSON.parse(require("fs").readFileSync(file, "utf8"));
      console.log(JSON.stringify({ date: new Date().toISOString().slice(0, 10), commit, bench: "feeds", source: name, records: report.read, new: report.new,
        pages: report.pages, seconds: report.seconds, per_second: Math.round(report.read / report.seconds), peak_mib: Math.round(peak / 1024), anonymous_mib: Math.round(anon / 1024) }));
    ' "$work/$name.json" "$name" "$peak" "$anonymous" "$(git rev-parse --short HEAD 2>/dev/null || echo none)" | tee -a bench/results/feeds.jsonl
    rm -rf "${work:?}/$name"
}

sed 's/"interval_ms": 3000/"interval_ms": 0/' indexer/harvest/feeds/oai_dc.json >"$work/oai_map.json"
sed -i 's/metadata\.dc\./metadata.dc./g' "$work/oai_map.json"
run csv --preset sbir_awards --url "http://127.0.0.1:$port/csv" --source csv
run oai --feed "$work/oai_map.json" --url "http://127.0.0.1:$port/oai" --source oai
