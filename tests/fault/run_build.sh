#!/bin/sh
# Kills, starves and fails `qiao-indexer build` at its calls that change files. After each fault the served catalogue must verify and be the old
# generation or the new one, whole; a further build must succeed. Arguments: SOURCE_DIR BUILD_DIR. Environment: FAULT_STEP (default 1: every call).
set -eu
source_dir=$1
build_dir=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

FAULT_LIBRARY=$build_dir/tests/preload_fault.so
FAULT_FOLDER=$work/data
FAULT_LOG=$work/fault.log
. "$source_dir/tests/support/fault.sh"
. "$source_dir/tests/support/share.sh"
[ -f "$FAULT_LIBRARY" ] || { echo "no $FAULT_LIBRARY"; exit 1; }
indexer=$build_dir/bin/qiao-indexer

small_share "$source_dir" "$build_dir" "$work/share"

record() {
    printf '{"kind":"%s","id":"t:%s%s","title":{"%s":"%s %s"},"summary":{"%s":"%s"}}\n' "$1" "$1" "$2" "$3" "$4" "$2" "$3" "$5"
}
for i in 1 2 3 4 5; do
    record project $i en "Solid state battery" "A solid electrolyte for batteries with high energy density, number $i"
    record need $i zh "固态电池" "需要固态电解质电池技术"
done >"$work/first.ndjson"
for i in 6 7; do record project $i en "Membrane water treatment" "A membrane that treats water, number $i"; done >"$work/second.ndjson"

"$indexer" import --data "$work/data" "$work/first.ndjson" >/dev/null
"$indexer" build --data "$work/data" >/dev/null
"$indexer" import --data "$work/data" "$work/second.ndjson" >/dev/null
cp -r "$work/data" "$work/before"

reset() {
    rm -rf "$work/data"
    cp -r "$work/before" "$work/data"
}

# The served generation is whole, and has five projects (old) or seven (new).
check() {
    "$indexer" verify --data "$work/data" >"$work/verify.log" 2>&1 || { echo "after $1: verify failed:"; cat "$work/verify.log"; exit 1; }
    current=$(cat "$work/data/catalog/CURRENT")
    served=$current:$(sed -n 's/^ *"projects": \([0-9]*\),$/\1/p' "$work/data/catalog/$current/manifest.json")
    case $served in
    gen-0000000001:5) return ;; # its files have the checksums that they had before
    gen-0000000002:7) ;;
    *) echo "after $1: served generation and its projects are '$served'"; "$indexer" generations --data "$work/data"; exit 1 ;;
    esac
    "$indexer" lexicon explain --data "$work/data" 固态电池 >/dev/null || { echo "after $1: the served lexicon does not open"; exit 1; }
}

step=${FAULT_STEP:-1}
faults=0

# Every call of one way to build: a full one (--full), or an update of the first five projects.
strike() {
    reset
    total=$(fault_count "$indexer" build --data "$work/data" $1)
    [ "${total:-0}" -gt 20 ] || { echo "the build $1 made only '$total' counted calls"; exit 1; }
    check "an undisturbed build $1"
    for kind in kill enospc-on eio torn; do
        at=1
        while [ $at -le "$total" ]; do
            reset
            fault_run $kind $at "$indexer" build --data "$work/data" $1 >/dev/null 2>"$work/stderr.log" || true
            if fault_reached; then
                faults=$((faults + 1))
                check "$kind at call $at of $total of build $1"
                if [ $((at % 9)) -eq 0 ]; then
                    "$indexer" build --data "$work/data" >/dev/null 2>"$work/stderr.log" || { echo "no build after $kind at $at:"; cat "$work/stderr.log"; exit 1; }
                    served_new "a build after $kind at $at of $total of build $1"
                    left=$(find "$work/data/catalog" -maxdepth 1 -name 'building-*' | wc -l)
                    [ "$left" -eq 0 ] || { echo "leftovers after $kind at $at"; exit 1; }
                fi
            fi
            case $kind in kill) at=$((at + step)) ;; *) at=$((at + 5 * step)) ;; esac
        done
    done
    echo "build $1: $total calls"
}

# An update that follows a disturbed build has all seven projects, however much of that build was left behind.
served_new() {
    "$indexer" verify --data "$work/data" >"$work/verify.log" 2>&1 || { echo "after $1: verify failed:"; cat "$work/verify.log"; exit 1; }
    "$indexer" generations --data "$work/data" | grep -q '^\* gen-.* 7 projects' || { echo "after $1: not seven projects are served"; exit 1; }
}

reset
"$indexer" build --data "$work/data" --json | grep -q '"mode":"update"' || { echo "the build that is disturbed is no update"; exit 1; }
strike ""
strike --full
[ $faults -gt 20 ] || { echo "only $faults faults took place"; exit 1; }
echo "$faults faults in all: always the old generation or the new one"
