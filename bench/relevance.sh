#!/bin/sh
# Relevance on real query sets with known answers: builds one catalogue per pool with the product's own commands and evaluates every set.
#
#   sh bench/relevance.sh DATA [BUILD]      DATA: folder with abstracts/, bilingual/, multilingual/, queries/; BUILD: default build/release
#
# Prints one JSON object a line: commit, machine, flags, lexicon, pool, set, figures. Pools with "+bilingual" also import the bilingual records, from
# which translations are learned. LABEL=text is kept with each line (what was changed).
set -eu
data=$1
build=${2:-build/release}
. "$(dirname "$0")/begin.inc.sh"

pool() { # NAME FILE...
    name=$1
    shift
    "$build/bin/qiao-indexer" import --data "$work/$name" "$@" >/dev/null
    "$build/bin/qiao-indexer" build --data "$work/$name" --json >"$work/$name.json" 2>/dev/null
}

evaluate() { # POOL SET QUERIES QRELS
    figures=$("$build/bin/qiao-eval" --data "$work/$1" --queries "$data/queries/$3" --qrels "$data/queries/$4" 2>"$work/times" | tail -n 1)
    times=$(sed -n 's/^match time: median \([0-9.]*\) ms, p99 \([0-9.]*\) ms$/"median_ms":\1,"p99_ms":\2/p' "$work/times")
    printf '{"commit":"%s","machine":"%s","flags":"%s","label":"%s","pool":"%s","set":"%s",%s,"figures":%s}\n' "$commit" "$machine" "$flags" \
        "${LABEL:-}" "$1" "$2" "$times" "$figures"
}

for learned in "" "+bilingual"; do
    extra=
    [ -z "$learned" ] || extra=$data/bilingual/computing.projects.ndjson.zst
    pool "computing$learned" "$data/abstracts/computing.projects.ndjson.zst" "$data/multilingual/thesis.projects.ndjson" $extra
    for set in title motivation tldr thesis; do
        evaluate "computing$learned" $set $set.dev.cjk.tsv $set.dev.qrels
    done
    pool "xquad$learned" "$data/multilingual/xquad.projects.ndjson" $extra
    evaluate "xquad$learned" xquad xquad.dev.tsv xquad.dev.qrels
    for language in en de ja; do
        pool "news-$language$learned" "$data/multilingual/news-$language.projects.ndjson" $extra
        evaluate "news-$language$learned" news news.dev.tsv news.dev.qrels
    done
done
evaluate xquad xquad-english xquad.dev.en.tsv xquad.dev.qrels
