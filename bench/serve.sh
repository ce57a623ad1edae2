#!/bin/sh
# The service under load: wrk on POST /v1/match and GET /v1/needs/{id}/matches of a running catalogue; installs wrk where it is missing.
#
#   sh bench/serve.sh DATA [BUILD [SECONDS [CONNECTIONS]]]      DATA: a data folder with a generation; default build/release 10 16
#
# Starts qiao-api on a free port and stops it. Prints one JSON object a route: requests a second, p50 and p99 in milliseconds, resident memory beyond
# mapped files in MiB after the load; keeps them in bench/results/serve.jsonl.
set -eu
data=$(realpath "$1")
cd "$(dirname "$0")/.."
build=${2:-build/release}
seconds=${3:-10}
connections=${4:-16}
command -v wrk >/dev/null 2>&1 || apt-get install -y -qq --no-install-recommends wrk >/dev/null
work=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT INT TERM

"$build/bin/qiao-api" --data "$data" --listen 127.0.0.1:0 >"$work/log" 2>&1 &
server=$!
address=
for _ in $(seq 300); do
    address=$(grep -oE '127\.0\.0\.1:[1-9][0-9]*' "$work/log" | head -n 1 || true)
    [ -n "$address" ] && curl -sf "http://$address/readyz" >/dev/null && break
    kill -0 "$server" 2>/dev/null || {
        cat "$work/log" >&2
        exit 1
    }
    sleep 0.2
done
[ -n "$address" ] || {
    echo "the service did not start; its log:" >&2
    cat "$work/log" >&2
    exit 1
}
need=${NEED:-$(curl -sf "http://$address/v1/search?side=needs&limit=1" | grep -oE '"id":"[^"]*"' | head -n 1 | cut -d'"' -f4)}
[ -n "$need" ] || {
    echo "$data holds no need: name one with NEED=id" >&2
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
    io.write(string.format('RESULT "requests_a_second":%.1f,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d\n', summary.requests / summary.duration * 1e6,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors))
end
LUA
cat "$work/done.lua" >>"$work/match.lua"

commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
measure() { # NAME URL SCRIPT
    wrk -t1 -c"$connections" -d3s -s "$3" "$2" >/dev/null
    result=$(wrk -t1 -c"$connections" -d"${seconds}s" -s "$3" "$2" | sed -n 's/^RESULT //p')
    resident=$(awk '/^RssAnon/ { printf "%.1f", $2 / 1024 }' "/proc/$server/status")
    printf '{"bench":"serve","commit":"%s","machine":"%s","route":"%s","connections":%s,%s,"resident_mib":%s}\n' "$commit" "$machine" "$1" "$connections" \
        "$result" "$resident" | tee -a bench/results/serve.jsonl
}
measure "POST /v1/match" "http://$address/v1/match" "$work/match.lua"
measure "GET /v1/needs/{id}/matches" "http://$address/v1/needs/$need/matches" "$work/done.lua"
