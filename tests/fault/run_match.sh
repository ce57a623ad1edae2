#!/bin/sh
# Kills, starves and fails `qiao-indexer match` at its calls that change files: a whole run, and the merging of slices. After each fault the served
# catalogue must verify and be the old generation or the new one, whole; a further run must succeed and give the same lists. A slice that fails leaves no
# file. Arguments: SOURCE_DIR BUILD_DIR. Environment: FAULT_STEP (default 1: every call).
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
for i in 1 2 3; do
    record project $i en "Solid state battery" "A solid electrolyte for batteries with high energy density, number $i"
    record need $i zh "固态电池" "需要固态电解质电池技术"
done >"$work/records.ndjson"
"$indexer" import --data "$work/data" "$work/records.ndjson" >/dev/null
"$indexer" build --data "$work/data" --no-match >/dev/null
"$indexer" match --data "$work/data" --slice 1/2 --out "$work/part1" >/dev/null
"$indexer" match --data "$work/data" --slice 2/2 --out "$work/part2" >/dev/null
cp -r "$work/data" "$work/before"
"$indexer" match --data "$work/data" >/dev/null
cp "$work/data/catalog/gen-0000000002/matches.bin" "$work/expected.bin"

reset() {
    rm -rf "$work/data"
    cp -r "$work/before" "$work/data"
}

# The served generation is whole: the first, without lists, or the second, with the lists of an undisturbed run.
check() {
    "$indexer" verify --data "$work/data" >"$work/verify.log" 2>&1 || { echo "after $1: verify failed:"; cat "$work/verify.log"; exit 1; }
    current=$(cat "$work/data/catalog/CURRENT")
    case $current in
    *gen-0000000001*) ;;
    *gen-0000000002*) cmp "$work/expected.bin" "$work/data/catalog/gen-0000000002/matches.bin" || { echo "after $1: other lists"; exit 1; } ;;
    *) echo "after $1: CURRENT is '$current'"; exit 1 ;;
    esac
}

faults=0
# disturb NAME COMMAND...
disturb() {
    name=$1
    shift
    reset
    total=$(fault_count "$@")
    [ "${total:-0}" -gt 8 ] || { echo "$name made only '$total' counted calls"; exit 1; }
    check "an undisturbed $name"
    for kind in kill enospc-on eio torn; do
        # Every call meets a kill, and one of the others.
        case $kind in
        kill) at=1 step=1 ;;
        enospc-on) at=1 step=3 ;;
        eio) at=2 step=3 ;;
        torn) at=3 step=3 ;;
        esac
        while [ $at -le "$total" ]; do
            reset
            fault_run $kind $at "$@" >/dev/null 2>"$work/stderr.log" || true
            if fault_reached; then
                faults=$((faults + 1))
                check "$kind at call $at of $total of $name"
                if [ $((at % 5)) -eq 0 ]; then
                    "$@" >/dev/null 2>"$work/stderr.log" || { echo "no $name after $kind at $at:"; cat "$work/stderr.log"; exit 1; }
                    left=$(find "$work/data/catalog" -maxdepth 1 -name 'building-*' | wc -l)
                    [ "$left" -eq 0 ] || { echo "leftovers of $name after $kind at $at"; exit 1; }
                fi
            fi
            at=$((at + step * ${FAULT_STEP:-1}))
        done
    done
}
disturb match "$indexer" match --data "$work/data" --generation 1 --threads 1
disturb merge "$indexer" match --data "$work/data" --merge "$work/part1" "$work/part2"

# A slice that cannot be written leaves nothing behind.
reset
for at in 1 2 3 4; do
    fault_run eio $at "$indexer" match --data "$work/data" --slice 1/2 --out "$work/data/part" >/dev/null 2>&1 && continue
    [ ! -e "$work/data/part" ] || { echo "a failed slice left its file (eio at $at)"; exit 1; }
done
[ $faults -gt 30 ] || { echo "only $faults faults took place"; exit 1; }
echo "$faults faults: always the old generation or the new one"
