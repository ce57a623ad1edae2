#!/bin/sh
# Golden cases of import, lint and the command line: each folder import/CASE holds input files and `steps`, one command line of
# qiao-indexer a line. What the steps say (stdout, stderr, exit code, rejects) must equal `expected`.
# usage: run_import.sh SOURCE_DIR BUILD_DIR [--bless]     --bless writes `expected` anew
set -u
source=$1
build=$2
bless=${3:-}
cases=$source/tests/golden/import
program=$build/bin/qiao-indexer
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
unset LC_ALL LC_MESSAGES
LANG=C
export LANG

# Times, rates and time stamps differ from run to run.
plain() {
    sed -E -e 's/"seconds":[0-9.]+/"seconds":0/g' -e 's/\([0-9.]+ s, [0-9,]+ a second\)/(0 s)/' -e 's/（[0-9.]+ 秒，每秒 [0-9,]+ 条）/（0 秒）/' \
        -e 's/-[0-9]{8}T[0-9]{6}Z(-[0-9]+)?\.ndjson/-TIME.ndjson/g'
}

run_steps() {
    while IFS= read -r step; do
        case $step in '' | '#'*) continue ;; esac
        printf '$ %s\n' "$step"
        eval "\"\$program\" $step" >stdout 2>stderr </dev/null
        code=$?
        plain <stdout
        plain <stderr | sed 's/^/! /'
        printf 'exit %d\n\n' "$code"
    done <steps
    for file in data/rejects/*; do
        [ -f "$file" ] || continue
        printf '%s\n' "$file" | plain
        plain <"$file"
    done
}

for case in "$cases"/*/; do
    name=$(basename "$case")
    cp -r "$case" "$work/$name"
    (cd "$work/$name" && run_steps >"$work/$name.out")
    if [ "$bless" = --bless ]; then
        cp "$work/$name.out" "$case/expected"
    elif ! diff -u "$case/expected" "$work/$name.out"; then
        echo "golden import case $name differs" >&2
        failed=1
    fi
done
exit $failed
