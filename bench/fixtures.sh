#!/bin/sh
# Relevance on the judgements of the fixtures: all signals, text only, and the projects of each language apart.
#
#   sh bench/fixtures.sh [BUILD]      BUILD: default build/release
#
# Prints one JSON object a line: commit, part, figures. Of a language only the judgements of its projects are kept, so its figures tell how far up they
# stand among the projects of all languages, not how they would stand among themselves.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build/release}
. bench/begin.inc.sh

"$build/bin/qiao-indexer" import --data "$work/data" fixtures/projects/*.ndjson fixtures/needs/*.ndjson >/dev/null 2>&1
"$build/bin/qiao-indexer" build --data "$work/data" --no-match >/dev/null 2>&1
cat fixtures/judgements/*.qrels >"$work/all.qrels"

evaluate() { # PART QRELS OPTION...
    part=$1
    qrels=$2
    shift 2
    figures=$("$build/bin/qiao-eval" --data "$work/data" --qrels "$qrels" "$@" 2>/dev/null | tail -n 1)
    printf '{"commit":"%s","label":"%s","part":"%s","figures":%s}\n' "$commit" "${LABEL:-}" "$part" "$figures"
}

evaluate "all signals" "$work/all.qrels"
evaluate "text only" "$work/all.qrels" --text-only
for language in en de ja fr zh; do
    # zh: those with a Chinese side beside the English one; the others have only the one language
    cat fixtures/projects/*.ndjson | grep "\"title\": *{[^}]*\"$language\"" | if [ $language = en ]; then grep -v '"title": *{[^}]*"zh"'; else cat; fi |
        sed -n 's/.*"id": *"\([^"]*\)".*/\1/p' | sort >"$work/ids"
    awk 'NR == FNR { wanted[$1] = 1; next } $3 in wanted' "$work/ids" "$work/all.qrels" >"$work/$language.qrels"
    evaluate "$language" "$work/$language.qrels"
done
