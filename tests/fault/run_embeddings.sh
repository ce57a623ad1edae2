#!/bin/sh
# qiao-indexer build with an embedding service that fails in every way it can: the build always ends well, says what is missing, and mends it next time.
# usage: run_embeddings.sh SOURCE_DIR BUILD_DIR
set -eu
source_dir=$1
indexer=$2/bin/qiao-indexer
command -v node >/dev/null || { echo "skipped: node is not installed"; exit 0; }
work=$(mktemp -d)
data=$work/data
server=
trap 'exec 9>&-; [ -z "$server" ] || kill "$server" 2>/dev/null || :; rm -rf "$work"' EXIT
LC_ALL=C
export LC_ALL
. "$source_dir/tests/support/share.sh"
small_share "$source_dir" "$2" "$work/share"

fail() {
    echo "FAILED: $*" >&2
    echo "--- report"; cat "$work/out" 2>/dev/null || :
    echo "--- stderr"; cat "$work/err" 2>/dev/null || :
    exit 1
}

mkfifo "$work/stdin"
node "$source_dir/tests/api/embeddings_server.mjs" --key sk-secret --dimension 32 <"$work/stdin" >"$work/port" &
server=$!
exec 9>"$work/stdin"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -s "$work/port" ] && break
    sleep 0.2
done
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$work/port")
[ -n "$port" ] || fail "the server did not start"

control() {
    node -e "fetch('http://127.0.0.1:$port/control',{method:'POST',body:process.argv[1]}).then(r=>r.text())" "$1"
}
# one number of what the server saw
seen() {
    node -e "fetch('http://127.0.0.1:$port/control').then(r=>r.json()).then(j=>console.log(j[process.argv[1]]))" "$1"
}
# a value of the report, by its path
report() {
    node -e "let v=JSON.parse(require('fs').readFileSync('$work/out'));for(const k of process.argv[1].split('.'))v=v?.[k];console.log(v)" "$1"
}
expect() { # path value
    [ "$(report "$1")" = "$2" ] || fail "$case: $1 is $(report "$1") instead of $2"
}
build() {
    code=0
    "$indexer" build --data "$data" --json "$@" >"$work/out" 2>"$work/err" || code=$?
    [ "$code" = 0 ] || fail "$case: exit code $code"
    ! grep -q "sk-secret" "$work/out" "$work/err" || fail "$case: the key is shown"
}
configure() { # more fields
    cat >"$data/embeddings.json" <<END
{"url": "http://127.0.0.1:$port/v1/embeddings", "model": "test", "dimension": 32, "key_file": "key", "allow_private": true,
 "retries": 0, "timeout_seconds": 1, "batch": 4$1}
END
}

record() { # number
    printf '{"kind":"project","id":"t:p%s","title":{"en":"Project number %s about batteries"},"status":"published"}\n' "$1" "$1"
}
mkdir -p "$data"
for i in 1 2 3 4 5 6 7 8 9 10; do record "$i"; done >"$work/records.ndjson"
printf '{"kind":"need","id":"t:n1","title":{"zh":"\345\233\272\346\200\201\347\224\265\346\261\240"},"status":"published"}\n' >>"$work/records.ndjson"
"$indexer" import --data "$data" "$work/records.ndjson" >/dev/null 2>&1 || fail "import"

case="off by default"
build
expect dense null
[ ! -s "$work/err" ] || ! grep -q warning "$work/err" || fail "$case: a warning"

case="first night"
printf 'sk-secret\n' >"$data/key"
configure ""
control '{"mode":"ok"}'
build
expect dense.vectors 11
expect dense.reason null
expect dense.projects_served true
expect published true
[ "$(seen texts)" = 11 ] || fail "$case: $(seen texts) texts asked for"

case="one record changed"
record "10 changed" | sed 's/t:p10 changed/t:p10/' >"$work/one.ndjson"
"$indexer" import --data "$data" "$work/one.ndjson" >/dev/null 2>&1 || fail "import"
control '{"mode":"ok"}'
build
expect dense.vectors 11
expect dense.reused 10
[ "$(seen texts)" = 1 ] || fail "$case: $(seen texts) texts asked for"

case="nothing changed"
build
expect nothing_changed true

# Each fault: one new record cannot be embedded, the rest is kept, and the night after it is asked for again.
n=10
check_fault() { # name control reason
    case=$1
    n=$((n + 1))
    record "$n" >"$work/one.ndjson"
    "$indexer" import --data "$data" "$work/one.ndjson" >/dev/null 2>&1 || fail "import"
    control "$2"
    build
    expect published true
    expect dense.vectors "$n"
    expect dense.failed 1
    expect dense.projects_served true
    grep -q "^warning: dense channel: .*$3" "$work/err" || fail "$case: no warning with: $3"
    report dense.reason | grep -q "$3" || fail "$case: no reason with: $3"
    "$indexer" verify --data "$data" >/dev/null 2>"$work/err" || fail "$case: verify"
    control '{"mode":"ok"}'
    build
    expect dense.failed 0
    expect dense.reason null
    [ "$(seen texts)" = 1 ] || fail "$case, the night after: $(seen texts) texts asked for"
}
check_fault timeout '{"mode":"hang"}' "no complete answer in time"
check_fault dimension '{"mode":"dimension","dimension":64}' "64 numbers a vector, embeddings.json says 32"
check_fault 429 '{"mode":"status","status":429,"retryAfter":"1000"}' "pause of 1000 s"
check_fault 500 '{"mode":"status","status":500}' "status 500"
check_fault "half an answer" '{"mode":"half"}' "connection broke"
check_fault "half of the JSON" '{"mode":"halfjson"}' "no JSON"
check_fault NaN '{"mode":"nan"}' "no JSON"
check_fault "no vector" '{"mode":"fewer"}' "0 vectors for 1 texts"
check_fault reset '{"mode":"reset"}' "connection broke"

case="wrong key"
printf 'other\n' >"$data/key"
record "again" >"$work/one.ndjson"
sed 's/t:pagain/t:pagain/' "$work/one.ndjson" >"$work/two.ndjson"
"$indexer" import --data "$data" "$work/two.ndjson" >/dev/null 2>&1 || fail "import"
build
grep -q "status 401" "$work/err" || fail "$case: no warning"
expect dense.failed 1

case="no key file"
rm "$data/key"
build --full
grep -q "^warning: dense channel: cannot open .*/key" "$work/err" || fail "$case: no warning"
expect dense.failed 1
expect dense.projects_served true

case="broken configuration"
echo '{"url": 1}' >"$data/embeddings.json"
build --full
grep -q "^warning: dense channel: .*embeddings.json: url must be" "$work/err" || fail "$case: no warning"
expect dense.vectors 0

case="another file, in Chinese"
code=0
"$indexer" build --data "$data" --full --embeddings "$work/nowhere.json" --lang zh >"$work/out" 2>"$work/err" || code=$?
[ "$code" = 0 ] || fail "$case: exit code $code"
grep -q "^警告：向量通道：" "$work/err" || fail "$case: no warning"

case="mended after nights without"
printf 'sk-secret\n' >"$data/key"
configure ""
control '{"mode":"ok"}'
build
[ "$(seen texts)" = 1 ] || fail "$case: $(seen texts) texts asked for"
expect dense.failed 0

case="killed while the service hangs"
record "last" >"$work/one.ndjson"
"$indexer" import --data "$data" "$work/one.ndjson" >/dev/null 2>&1 || fail "import"
before=$(cat "$data/catalog/CURRENT")
configure ', "space": "killed"'
control '{"mode":"hang"}'
sed -i 's/"timeout_seconds": 1/"timeout_seconds": 60/' "$data/embeddings.json"
"$indexer" build --data "$data" >/dev/null 2>&1 &
job=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    [ "$(seen requests)" != 0 ] && break
    sleep 0.5
done
[ "$(seen requests)" != 0 ] || fail "$case: the service was not asked"
kill -9 "$job"
wait "$job" 2>/dev/null || :
[ "$(cat "$data/catalog/CURRENT")" = "$before" ] || fail "$case: another generation is served"
"$indexer" verify --data "$data" >/dev/null 2>"$work/err" || fail "$case: verify"
control '{"mode":"ok"}'
build
expect dense.failed 0
ls "$data/catalog" | grep -q building && fail "$case: leftovers"

echo "all cases hold"
