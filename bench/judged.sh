#!/bin/sh
# Do pair scores tell what is worth showing from look-alikes? Real needs of enterprises against real offers and abstracts, judged by a reader.
#
#   sh bench/judged.sh DATA [BUILD]      DATA: folder with needs/, offers/, abstracts/, bilingual/, judged/; BUILD: default build/release
#
# Prints one JSON object a line, without and with the bilingual records: commit, catalogue, figures of qiao-eval --judged.
set -eu
data=$1
build=${2:-build/release}
. "$(dirname "$0")/begin.inc.sh"

for learned in "" "+bilingual"; do
    extra=
    [ -z "$learned" ] || extra=$data/bilingual/computing.projects.ndjson.zst
    # shellcheck disable=SC2086
    "$build/bin/qiao-indexer" import --data "$work/judged$learned" "$data/needs/industry.needs.ndjson" "$data/offers/offers.projects.ndjson" \
        "$data/abstracts/materials.projects.ndjson.zst" $extra >/dev/null 2>&1
    "$build/bin/qiao-indexer" build --data "$work/judged$learned" --no-match >/dev/null 2>&1
    figures=$("$build/bin/qiao-eval" --data "$work/judged$learned" --qrels "$data/judged/dev.qrels" --judged | tail -n 1)
    printf '{"commit":"%s","label":"%s","catalogue":"needs+offers+materials%s","figures":%s}\n' "$commit" "${LABEL:-}" "$learned" "$figures"
done
