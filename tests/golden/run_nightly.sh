#!/bin/sh
# A night from an empty folder, one with nothing new, one with new records and a source that may not be asked, and configurations with mistakes.
set -eu
source=$1
indexer=$2/bin/qiao-indexer
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
data=$work/data

fail() {
    echo "$1"
    cat "$work/out" "$work/err"
    exit 1
}

# EXPECTED-EXIT ARGUMENT...
night() {
    expected=$1
    shift
    code=0
    "$indexer" nightly --data "$data" --json "$@" >"$work/out" 2>"$work/err" || code=$?
    [ $code -eq "$expected" ] || fail "exit code $code, not $expected"
}

says() { grep -q "$1" "$work/out" || fail "the report does not say $1"; }
complains() { grep -q "$1" "$work/err" || fail "the message does not say $1"; }

"$indexer" import --data "$data" "$source/fixtures/projects/a-energy.ndjson" "$source/fixtures/needs/a-energy.ndjson" >/dev/null 2>&1
night 0
says '"generation_before":0,"generation":1,'
says '"stage":"build","exit_code":0'
says '"stage":"verify","exit_code":0'

night 0
says '"nothing_changed":true'
says '"generation_before":1,"generation":1,'

"$indexer" import --data "$data" "$source/fixtures/projects/a-materials.ndjson" >/dev/null 2>&1
echo '{"harvest":[{"preset":"oai_dc","url":"http://127.0.0.1:1/oai","source":"private"}],"keep":3}' >"$work/private.json"
night 3 --config "$work/private.json"
says '"stage":"harvest","name":"private","exit_code":4'
says '"generation_before":1,"generation":2,'
says '"stage":"diff","exit_code":0'
[ "$(ls "$data/reports" | wc -l)" -ge 1 ] || fail 'no report was kept'
grep -l '| gen-0000000002 |' "$data"/reports/*.en.md >/dev/null || fail 'no report says by whose statistics scores are'

echo '{"harvest":[{"preset":"oai_dc","adress":"x"}]}' >"$work/wrong.json"
night 1 --config "$work/wrong.json"
complains 'source 1 of harvest: there is no field adress'
echo '{"keep":0}' >"$work/wrong.json"
night 1 --config "$work/wrong.json"
complains 'keep must be a whole number'
