#!/bin/sh
# An import is killed, or finds the disk full, at one write, sync or rename after the other. What follows must always be the same: the store
# opens, nothing that was said to be safe is gone, and the same import run again ends with the same store as an undisturbed one.
# usage: run_import.sh SOURCE_DIR BUILD_DIR
set -u
build=$2
program=$build/bin/qiao-indexer
preload=$build/tests/preload_fault.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
LANG=C
export LANG
unset LC_ALL LC_MESSAGES
failed=0
fail() {
    echo "import: $1" >&2
    failed=1
}

# Three windows of records, so that there are commits to lose.
awk 'BEGIN { for (i = 0; i < 9000; i++) printf "{\"kind\":\"need\",\"id\":\"t:%05d\",\"title\":{\"zh\":\"%d\"}}\n", i, i * 7919 }' >"$work/records.ndjson"
echo '{"kind":"need","id":"t:refused"}' >>"$work/records.ndjson"

import() {
    "$program" import --data "$1" --threads 0 --rejects "$work/rejects" --json "$work/records.ndjson"
}
content() {
    "$program" stats --data "$1" --json | sed -E 's/"last_sequence":[0-9]+,//'
}
faulty() {
    ASAN_OPTIONS=verify_asan_link_order=0 QIAO_FAULT_KIND=$1 QIAO_FAULT_AT=$2 QIAO_FAULT_PATH=$work/$3 QIAO_FAULT_LOG=$work/log LD_PRELOAD=$preload "$program" import \
        --data "$work/$3" --threads 0 --rejects "$work/rejects" --json "$work/records.ndjson" >"$work/out" 2>"$work/err"
}

import "$work/sound" >/dev/null 2>&1
[ $? -eq 3 ] || fail "the undisturbed import does not end with 3"
wanted=$(content "$work/sound")
echo "$wanted" | grep -q '"needs":9000' || fail "the undisturbed import holds $wanted"

if ! [ -e "$preload" ]; then
    echo "no $preload: built with a sanitizer? left out"
    exit $failed
fi
faulty none 0 count
points=$(sed -n 's/.*count=\([0-9]*\).*/\1/p' "$work/log" | tail -n 1)
[ "${points:-0}" -gt 5 ] || fail "only ${points:-no} writes were counted"
step=$((points / 8 + 1))
for kind in kill torn enospc-on eio; do
    at=1
    while [ "$at" -le "$points" ]; do
        rm -rf "$work/data"
        faulty "$kind" "$at" data
        code=$?
        case $kind in
        kill | torn) [ "$code" -ge 128 ] || [ "$code" -eq 3 ] || fail "$kind at $at: exit $code" ;;
        *)
            [ "$code" -eq 1 ] || [ "$code" -eq 3 ] || fail "$kind at $at: exit $code: $(cat "$work/err")"
            if [ "$code" -eq 1 ] && ! grep -q '^qiao-indexer: ' "$work/err"; then fail "$kind at $at says nothing"; fi
            said=$(sed -n 's/.*"committed":\([0-9]*\).*/\1/p' "$work/out")
            held=$("$program" stats --data "$work/data" --json 2>/dev/null | sed -n 's/.*"needs":\([0-9]*\),"tombstones".*/\1/p')
            [ "${held:-0}" -ge "${said:-0}" ] || fail "$kind at $at: $said were said to be safe, $held are there"
            ;;
        esac
        import "$work/data" >"$work/out" 2>"$work/err"
        [ $? -eq 3 ] || fail "after $kind at $at the import does not run: $(cat "$work/err")"
        now=$(content "$work/data")
        [ "$now" = "$wanted" ] || fail "after $kind at $at: $now"
        at=$((at + step))
    done
done

# The rejects file can fill the disk, too.
if [ -c /dev/full ]; then
    "$program" import --data "$work/full" --rejects /dev/full "$work/records.ndjson" >/dev/null 2>"$work/err"
    [ $? -eq 1 ] || fail "a full disk under the rejects file is not noticed"
    grep -q 'cannot write the rejects file /dev/full' "$work/err" || fail "full rejects: $(cat "$work/err")"
fi

# A second indexer is told who holds the lock, and changes nothing.
mkfifo "$work/pipe"
"$program" import --data "$work/sound" --rejects "$work/rejects" --format ndjson "$work/pipe" >/dev/null 2>&1 &
first=$!
exec 9>"$work/pipe" # opened once the first indexer reads, that is: holds the lock
import "$work/sound" >/dev/null 2>"$work/err"
code=$?
[ "$code" -eq 1 ] || fail "a second indexer ends with $code"
grep -q "$first" "$work/err" || fail "the second indexer does not name process $first: $(cat "$work/err")"
echo '{"kind":"need","id":"t:last","title":"x"}' >&9
exec 9>&-
wait "$first" || fail "the first indexer fails"
content "$work/sound" | grep -q '"needs":9001' || fail "what the first indexer read is not there"
exit $failed
