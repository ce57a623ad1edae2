#!/bin/sh
# The service under load: wrk on POST /v1/match and GET /v1/needs/{id}/matches (of all needs in turn) of a running catalogue, with and without keys of
# access, and with compressed answers; the variants take turns, so that what else the machine does hits them alike. Installs wrk where it is missing.
#
#   sh bench/serve.sh DATA [BUILD [SECONDS [CONNECTIONS [ROUNDS]]]]      DATA: a data folder with a generation; default build/release 3 16 5
#
# Starts two services on free ports, one open and one that asks for keys, and stops them. Prints a JSON object for each route and caller: the median of
# the rounds of requests a second, p50 and p99 in milliseconds, processor time of a request in microseconds, memory beyond mapped files in MiB; "share"
# and "cpu_share": requests a second and what a request costs, as part of those of the open service in the same round, median of the rounds. "busy" says
# that the machine did other work at the start: then it is the processor time that tells. Keeps them in bench/results/serve.jsonl.
set -eu
data=$(realpath "$1")
cd "$(dirname "$0")/.."
build=${2:-build/release}
seconds=${3:-3}
connections=${4:-16}
rounds=${5:-5}
command -v wrk >/dev/null 2>&1 || apt-get install -y -qq --no-install-recommends wrk >/dev/null
work=$(mktemp -d)
servers=
stop() {
    for pid in $servers; do
        kill "$pid" 2>/dev/null && wait "$pid" || true
    done
    rm -rf "$work"
}
trap stop EXIT INT TERM
load=$(cut -d' ' -f1 /proc/loadavg)
busy=$(awk -v load="$load" 'BEGIN { print (load > 0.5 ? "true" : "false") }')

# The same catalogue, each with a desk of its own.
for name in open keyed; do
    mkdir "$work/$name"
    for file in "$data"/*; do
        case "$file" in
        */desk.mdb* | */key_use.tsv) ;;
        *) ln -s "$file" "$work/$name/" ;;
        esac
    done
done
staff=$("$build/bin/qiao-api" key create --data "$work/keyed" --role staff | tail -n 1)
enterprise=$("$build/bin/qiao-api" key create --data "$work/keyed" --role enterprise --org 'Bench' | tail -n 1)

# start NAME: sets address and pid
start() {
    "$build/bin/qiao-api" --data "$work/$1" --listen 127.0.0.1:0 >"$work/$1.log" 2>"$work/$1.errors" &
    pid=$!
    servers="$servers $pid"
    address=
    for _ in $(seq 300); do
        address=$(grep -oE '127\.0\.0\.1:[1-9][0-9]*' "$work/$1.log" | head -n 1 || true)
        [ -n "$address" ] && curl -sf "http://$address/readyz" >/dev/null && return
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.2
    done
    echo "the service did not start; its log:" >&2
    cat "$work/$1.errors" >&2
    exit 1
}
start open
open=$address open_pid=$pid
start keyed
keyed=$address keyed_pid=$pid
# Up to 5,000 needs are asked for in turn: more answers than the service keeps.
for offset in $(seq 0 100 4900); do
    curl -sf "http://$open/v1/search?side=needs&limit=100&offset=$offset" | grep -oE '"id":"[^"]*"' | cut -d'"' -f4 || true
done | sort -u >"$work/needs"
[ -s "$work/needs" ] || {
    echo "$data holds no need" >&2
    exit 1
}

cat >"$work/match.lua" <<'LUA'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local texts = {
    "寻找室温离子电导率不低于3 mS/cm的硫化物固态电解质薄膜，可卷对卷连续生产", "面向工业质检的小样本缺陷检测算法，要求可在边缘设备上实时运行",
    "用于老年痴呆早期筛查的血液生物标志物检测试剂盒", "大规模图数据上的联邦学习与隐私计算平台", "高能量密度锂电池正极材料的低成本合成工艺",
}
local at = 0
request = function()
    at = at % #texts + 1
    return wrk.format(nil, "/v1/match", nil, '{"text":"' .. texts[at] .. '","limit":10}')
end
LUA
cat >"$work/done.lua" <<'LUA'
done = function(summary, latency)
    local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
    io.write(string.format('RESULT %.1f %.3f %.3f %d %d\n', summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3, errors, summary.requests))
end
LUA
cat "$work/done.lua" >>"$work/match.lua"
cat - "$work/done.lua" >"$work/needs.lua" <<LUA
local needs = {}
for id in io.lines("$work/needs") do
    needs[#needs + 1] = id:gsub("[^%w._~-]", function(c) return string.format("%%%02X", c:byte()) end)
end
local at = 0
request = function()
    at = at % #needs + 1
    return wrk.format("GET", "/v1/needs/" .. needs[at] .. "/matches")
end
LUA

pid_of() {
    case "$1" in
    open | gzip) echo "$open_pid" ;;
    *) echo "$keyed_pid" ;;
    esac
}

ticks() {
    awk '{ print $14 + $15 }' "/proc/$1/stat"
}

# once CALLER SCRIPT TARGET SECONDS: requests a second, p50, p99, errors, microseconds of the processor for a request
once() {
    before=$(ticks "$(pid_of "$1")")
    line=$(press "$@")
    after=$(ticks "$(pid_of "$1")")
    echo "$line" | awk -v ticks=$((after - before)) -v second="$(getconf CLK_TCK)" '{ print $1, $2, $3, $4, ($5 > 0 ? ticks / second * 1e6 / $5 : 0) }'
}

press() {
    case "$1" in
    open) wrk -t1 -c"$connections" -d"${4}s" -s "$2" "http://$open$3" ;;
    gzip) wrk -t1 -c"$connections" -d"${4}s" -s "$2" -H 'Accept-Encoding: gzip' "http://$open$3" ;;
    staff) wrk -t1 -c"$connections" -d"${4}s" -s "$2" -H "Authorization: Bearer $staff" "http://$keyed$3" ;;
    enterprise) wrk -t1 -c"$connections" -d"${4}s" -s "$2" -H "Authorization: Bearer $enterprise" "http://$keyed$3" ;;
    esac | sed -n 's/^RESULT //p'
}

# column N FILE: its median
column() {
    cut -d' ' -f"$1" "$2" | sort -n | awk '{ at[NR] = $1 } END { print at[int((NR + 1) / 2)] }'
}

own_memory() {
    awk '/^Anonymous/ { printf "%.1f", $2 / 1024 }' "/proc/$1/smaps_rollup"
}

commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
# measure ROUTE TARGET SCRIPT CALLER...
measure() {
    route=$1 target=$2 script=$3
    shift 3
    rm -f "$work"/lines.* "$work"/share.*
    for caller in "$@"; do
        once "$caller" "$script" "$target" 1 >/dev/null
    done
    for _ in $(seq "$rounds"); do
        for caller in "$@"; do
            once "$caller" "$script" "$target" "$seconds" >>"$work/lines.$caller"
            tail -n 1 "$work/lines.$caller" >"$work/this"
            tail -n 1 "$work/lines.open" | cat - "$work/this" | awk '{ rate[NR] = $1; cost[NR] = $5 } END { print rate[2] / rate[1], cost[2] / cost[1] }' >>"$work/share.$caller"
        done
    done
    for caller in "$@"; do
        printf '{"bench":"serve","commit":"%s","machine":"%s","busy":%s,"load":%s,"route":"%s","caller":"%s","connections":%s,"rounds":%s,"seconds":%s,' \
            "$commit" "$machine" "$busy" "$load" "$route" "$caller" "$connections" "$rounds" "$seconds"
        printf '"requests_a_second":%s,"p50_ms":%s,"p99_ms":%s,"errors":%s,"cpu_us":%.0f,"share":%.3f,"cpu_share":%.3f,"own_mib":%s}\n' "$(column 1 "$work/lines.$caller")" \
            "$(column 2 "$work/lines.$caller")" "$(column 3 "$work/lines.$caller")" "$(awk '{ sum += $4 } END { print sum }' "$work/lines.$caller")" \
            "$(column 5 "$work/lines.$caller")" \
            "$(column 1 "$work/share.$caller")" "$(column 2 "$work/share.$caller")" "$(own_memory "$(pid_of "$caller")")"
    done | tee -a bench/results/serve.jsonl
}
measure "POST /v1/match" /v1/match "$work/match.lua" open staff enterprise gzip
measure "GET /v1/needs/{id}/matches" /v1/needs "$work/needs.lua" open staff gzip
