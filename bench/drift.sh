#!/bin/sh
# What it costs a ranking that statistics are kept while records change: a catalogue that lacks 4.5 % of its records is built, these come by an update that
# keeps the statistics, and every set of queries is asked; then the same again by renewed statistics. Bilingual records are among those that come late, so
# what they teach is missing from the kept ones.
#
#   sh bench/drift.sh DATA [BUILD]      DATA: folder with abstracts/, bilingual/, multilingual/, queries/; BUILD: default build/release
#
# Prints one JSON object a line, and keeps it in bench/results/drift.jsonl.
set -eu
data=$(realpath "$1")
cd "$(dirname "$0")/.."
build=${2:-build/release}
. bench/begin.inc.sh

part() { # COMPARISON OUT FILE...: every 22nd record, or the others
    comparison=$1 out=$2
    shift 2
    zstd -dc "$@" | awk "NR % 22 $comparison 0" >"$out"
}

figures() { # STATISTICS
    for set in title motivation tldr thesis; do
        found=$("$build/bin/qiao-eval" --data "$work/data" --queries "$data/queries/$set.dev.cjk.tsv" --qrels "$data/queries/$set.dev.qrels" 2>/dev/null | tail -n 1)
        printf '{"bench":"drift","commit":"%s","machine":"%s","flags":"%s","statistics":"%s","drift":%s,"set":"%s","figures":%s}\n' "$commit" "$machine" \
            "$flags" "$1" "$drift" "$set" "$found" | tee -a bench/results/drift.jsonl
    done
}

generation() { # OPTION...: builds, and says since how many changes its statistics stand
    "$build/bin/qiao-indexer" build --data "$work/data" --no-match --json "$@" 2>/dev/null >"$work/report.json"
    drift=$(sed -n 's/.*"drift":\([0-9]*\).*/\1/p' "$work/report.json")
}

part '!=' "$work/first.ndjson" "$data"/abstracts/computing.projects.ndjson.zst "$data"/bilingual/computing.projects.ndjson.zst
part '==' "$work/late.ndjson" "$data"/abstracts/computing.projects.ndjson.zst "$data"/bilingual/computing.projects.ndjson.zst
"$build/bin/qiao-indexer" import --quiet --data "$work/data" "$work/first.ndjson" "$data"/multilingual/thesis.projects.ndjson >/dev/null
generation
"$build/bin/qiao-indexer" import --quiet --data "$work/data" "$work/late.ndjson" >/dev/null
generation
[ "$drift" -gt 0 ] || { echo "the update kept no statistics" >&2; exit 1; }
figures kept
generation --full
figures renewed
