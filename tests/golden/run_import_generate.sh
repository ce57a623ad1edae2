#!/bin/sh
# The generator keeps its promises: the same seed gives the same bytes, another seed others; a larger corpus begins with a smaller; a later
# edition changes about as many records as asked; everything it writes is taken by lint without a word.
# usage: run_import_generate.sh SOURCE_DIR BUILD_DIR
set -eu
build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
generate() {
    "$build/bin/qiao-generate" "$@" 2>/dev/null
}
fail() {
    echo "generate: $1" >&2
    exit 1
}
generate --projects 300 --needs 200 --seed 5 --out "$work/a"
generate --projects 300 --needs 200 --seed 5 --out "$work/b"
cmp "$work/a/projects.ndjson" "$work/b/projects.ndjson" || fail "the same seed gives other projects"
cmp "$work/a/needs.ndjson" "$work/b/needs.ndjson" || fail "the same seed gives other needs"
generate --projects 300 --needs 200 --seed 6 --out "$work/c"
cmp -s "$work/a/projects.ndjson" "$work/c/projects.ndjson" && fail "another seed gives the same projects"
generate --projects 100 --needs 0 --seed 5 --out - >"$work/small"
head -n 100 "$work/a/projects.ndjson" | cmp - "$work/small" || fail "a larger corpus does not begin with the smaller"
generate --projects 300 --needs 200 --seed 5 --edition 1 --changed 100 --out "$work/d"
changed=$(diff "$work/a/projects.ndjson" "$work/d/projects.ndjson" | grep -c '^>')
[ "$changed" -gt 10 ] && [ "$changed" -lt 60 ] || fail "edition 1 changes $changed of 300 records, asked were about 30"
"$build/bin/qiao-indexer" --lang en lint "$work"/a/*.ndjson >"$work/lint" || fail "lint refuses records"
grep -q '^500 records checked: 0 refused, 0 warnings$' "$work/lint" || fail "$(head -n 5 "$work/lint")"
if "$build/bin/qiao-generate" --projects many --out - >/dev/null 2>&1; then fail "a wrong count is taken"; fi
if "$build/bin/qiao-generate" --projects 1 --thesaurus "$work" --out - >/dev/null 2>&1; then fail "an empty thesaurus is taken"; fi
