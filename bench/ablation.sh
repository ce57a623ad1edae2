#!/bin/sh
# What each signal of the scoring profile is worth: the fixtures' judgements (and, where DATA is given, the judged pairs of real needs) ranked by
# text alone, with each signal added to it, with all, and with each left out of all.
#
#   sh bench/ablation.sh [BUILD [DATA]]      BUILD: default build/release; DATA: folder with needs/, offers/, abstracts/, judged/
#
# One JSON object a line: commit, signals, nDCG@10 and MAP on the fixtures, AUC and nDCG@10 over the judged pairs. Profiles differ from the default
# one in weights alone; they are written into the catalogue's own folder of profiles.
set -eu
build=${1:-build/release}
data=${2:-}
. "$(dirname "$0")/begin.inc.sh"
default=engine/match/profiles/default.json

catalogue() { # NAME FILE...
    name=$1
    shift
    "$build/bin/qiao-indexer" import --data "$work/$name" "$@" >/dev/null 2>&1 || [ $? -eq 3 ]
    "$build/bin/qiao-indexer" build --data "$work/$name" --no-match >/dev/null 2>&1
    mkdir -p "$work/$name/profiles"
}

# A profile in which only the signals named keep their weight: NAME SIGNAL...
profile() {
    name=$1
    shift
    kept=" $* "
    awk -v name="$name" -v kept="$kept" '
        /^  "name":/ { print "  \"name\": \"" name "\","; next }
        /^    "[a-z_]+": \[/ {
            split($0, parts, "\"")
            if (index(kept, " " parts[2] " ") == 0) {
                comma = $0 ~ /,$/ ? "," : ""
                print "    \"" parts[2] "\": [0, 0]" comma
                next
            }
        }
        { print }' $default >"$work/profile.json"
    for place in "$work"/*/profiles; do
        cp "$work/profile.json" "$place/$name.json"
    done
}

measure() { # LABEL PROFILE
    fixtures=$("$build/bin/qiao-eval" --data "$work/fixtures" --qrels "$work/fixtures.qrels" --profile "$2" 2>/dev/null | tail -n 1)
    judged=null
    [ -z "$data" ] || judged=$("$build/bin/qiao-eval" --data "$work/judged" --qrels "$data/judged/dev.qrels" --judged --profile "$2" 2>/dev/null | tail -n 1)
    printf '{"commit":"%s","signals":"%s","fixtures":%s,"judged":%s}\n' "$commit" "$1" "$fixtures" "$judged"
}

catalogue fixtures fixtures/projects/*.ndjson fixtures/needs/*.ndjson
cat fixtures/judgements/*.qrels >"$work/fixtures.qrels"
[ -z "$data" ] || catalogue judged "$data/needs/industry.needs.ndjson" "$data/offers/offers.projects.ndjson" "$data/abstracts/materials.projects.ndjson.zst"

all=$(sed -n 's/^    "\([a-z_]*\)": \[\([0-9]*\), \([0-9]*\)\].*/\1 \2 \3/p' $default | awk '$2 + $3 > 0 {print $1}' | tr '\n' ' ')
profile base text_body
measure "text_body" base
for signal in $all; do
    [ "$signal" != text_body ] || continue
    profile with text_body "$signal"
    measure "text_body + $signal" with
done
# shellcheck disable=SC2086
for signal in $all; do
    [ "$signal" != text_body ] || continue
    profile without $(printf '%s\n' $all | grep -vx "$signal")
    measure "all - $signal" without
done
measure all default
