#!/bin/sh
# The thesaurus passes its linter, and the linter finds what is wrong with one that is broken in every way it looks for.
set -eu
source=$1
build=$2
lint=$build/bin/qiao-lexicon-compile
fields=$source/engine/vocab/data/field.tsv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! "$lint" --lint "$fields" --thesaurus "$source/engine/lexicon/thesaurus" >"$work/out"; then
    grep -v ': warning: ' "$work/out"
    exit 1
fi
concepts=$(sed -n '$s/ concepts.*//p' "$work/out")
[ "$concepts" -ge 4000 ] || { echo "only $concepts concepts"; exit 1; }

if "$lint" --lint "$fields" --thesaurus "$source/tests/golden/thesaurus" >"$work/broken"; then
    echo 'a broken thesaurus passed'
    exit 1
fi
diff "$source/tests/golden/thesaurus/expected" "$work/broken"
