#!/bin/sh
# Searches under load: wrk on GET /v1/search of a running catalogue, plain, with counts, with a filter laid over, with operators; installs wrk where it
# is missing.
#
#   sh bench/search.sh DATA [BUILD [SECONDS [CONNECTIONS]]]      DATA: a data folder with a generation; default build/release 5 1
#
# Starts qiao-api on a free port and stops it. Prints one JSON object a form of query: requests a second, p50 and p99 in milliseconds; keeps them in
# bench/results/search.jsonl.
set -eu
data=$(realpath "$1")
cd "$(dirname "$0")/.."
build=${2:-build/release}
seconds=${3:-5}
connections=${4:-1}
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
    [ -n "$address" ] && curl -sf "http://$address/readyz" >"$work/ready" && break
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
projects=$(curl -sf "http://$address/v1/about" | grep -oE '"projects":[0-9]+' | head -n 1 | cut -d: -f2)

# Queries: the words as a person types them, escaped by curl's rules; more than one, so that no answer is always the same.
cat >"$work/queries.lua" <<'LUA'
local texts = { "deep learning", "固态电池", "battery", "graph neural network", "机器人", "image", "隐私计算", "optical sensor" }
local function escape(text)
    return (text:gsub("[^%w]", function(c) return string.format("%%%02X", c:byte()) end))
end
local at, form = 0, nil
init = function(arguments)
    form = arguments[1]
end
request = function()
    at = at % #texts + 1
    return wrk.format(nil, (form:gsub("TEXT", (escape(texts[at]):gsub("%%", "%%%%")))))
end
done = function(summary, latency)
    local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
    io.write(string.format('RESULT "requests_a_second":%.1f,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d\n', summary.requests / summary.duration * 1e6,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors))
end
LUA

commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
facets=country,group,field,park,trl,mode,year,source,language
measure() { # NAME TARGET
    wrk -t1 -c"$connections" -d2s -s "$work/queries.lua" "http://$address" -- "$2" >/dev/null
    result=$(wrk -t1 -c"$connections" -d"${seconds}s" -s "$work/queries.lua" "http://$address" -- "$2" | sed -n 's/^RESULT //p')
    printf '{"bench":"search","commit":"%s","machine":"%s","projects":%s,"query":"%s","connections":%s,%s}\n' "$commit" "$machine" "$projects" "$1" \
        "$connections" "$result" | tee -a bench/results/search.jsonl
}
measure "words" "/v1/search?q=TEXT"
measure "words, nine facets" "/v1/search?q=TEXT&facets=$facets"
measure "words, nine facets, a filter laid over" "/v1/search?q=TEXT&facets=$facets&country=DE&disjunctive=true"
measure "words, newest first" "/v1/search?q=TEXT&sort=newest"
measure "operators" "/v1/search?q=TEXT%20NOT%20(survey%20OR%20review)"
measure "prefix" "/v1/search?q=micro*"
measure "everything" "/v1/search"
measure "everything, nine facets" "/v1/search?facets=$facets"
