#!/bin/sh
# How many bilingual records it takes: MRR of each set with the first 0, 100, 300, 1,000 and all of them learned from.
#
#   sh bench/learning_curve.sh DATA [BUILD]      DATA: folder with abstracts/, bilingual/, multilingual/, queries/; BUILD: default build/release
#
# Prints one JSON object a line: commit, bilingual records, set, seconds of the build's learning stage, figures.
set -eu
data=$1
build=${2:-build/release}
. "$(dirname "$0")/begin.inc.sh"
all=$(zstdcat "$data/bilingual/computing.projects.ndjson.zst" | wc -l)

pool() { # NAME FILE...
    name=$1
    shift
    rm -rf "$work/$name"
    "$build/bin/qiao-indexer" import --data "$work/$name" "$@" >/dev/null 2>&1
    "$build/bin/qiao-indexer" build --data "$work/$name" --no-match --json >"$work/$name.json" 2>/dev/null
}

evaluate() { # RECORDS POOL SET QUERIES QRELS
    figures=$("$build/bin/qiao-eval" --data "$work/$2" --queries "$data/queries/$4" --qrels "$data/queries/$5" 2>/dev/null | tail -n 1)
    printf '{"commit":"%s","bilingual":%s,"set":"%s","figures":%s}\n' "$commit" "$1" "$3" "$figures"
}

for records in 0 100 300 1000 "$all"; do
    zstdcat "$data/bilingual/computing.projects.ndjson.zst" | head -n "$records" >"$work/bilingual.ndjson"
    extra=
    [ "$records" = 0 ] || extra=$work/bilingual.ndjson
    # shellcheck disable=SC2086
    pool computing "$data/abstracts/computing.projects.ndjson.zst" "$data/multilingual/thesis.projects.ndjson" $extra
    for set in title motivation tldr thesis; do
        evaluate "$records" computing $set $set.dev.cjk.tsv $set.dev.qrels
    done
    # shellcheck disable=SC2086
    pool xquad "$data/multilingual/xquad.projects.ndjson" $extra
    evaluate "$records" xquad xquad xquad.dev.tsv xquad.dev.qrels
done
