#!/bin/sh
# README.md says what happens: its request is sent, and what it shows of the answer must be in the answer; presets, folders and commands it names exist.
set -eu
source_dir=$(cd "$1" && pwd)
bin=$(cd "$2" && pwd)/bin
readme=$source_dir/README.md
work=$(mktemp -d)
service=
trap '[ -z "$service" ] || kill "$service" 2>/dev/null; rm -rf "$work"' EXIT
failed=0

fail() {
    printf '%s\n' "$*"
    failed=1
}

# The first command of that name among the indented lines, with the lines that continue it.
command_of() {
    awk -v name="$1" '$0 ~ "^    " name " " || going { print substr($0, 5); going = /\\$/; if (!going) exit }' "$readme"
}

start_service() {
    "$bin/qiao-indexer" import --data "$work/data" "$source_dir"/fixtures/projects/*.ndjson "$source_dir"/fixtures/needs/*.ndjson >"$work/log" 2>&1
    "$bin/qiao-indexer" build --data "$work/data" >>"$work/log" 2>&1
    "$bin/qiao-api" --data "$work/data" --listen 127.0.0.1:0 >"$work/address" 2>>"$work/log" &
    service=$!
    waited=0
    until grep -q '^http' "$work/address"; do
        [ $waited -lt 600 ] && kill -0 "$service" || { cat "$work/log"; exit 1; }
        sleep 0.1
        waited=$((waited + 1))
    done
}

start_service
url=$(cat "$work/address")
request=$(command_of curl | sed "s|http://127.0.0.1:8080|$url|")
[ -n "$request" ] || fail "README.md shows no request"
sh -c "$request" >"$work/answer"

# Values of the answer that README.md shows, each on a line as it stands in JSON.
{
    grep -oE '"(id|text|field|de|country|band|code)": ?"[^"]*"' "$readme" | grep -v '{"text"' | sed 's/": /":/'
    grep -oE '"[^"]+[.。？?]"' "$readme"
} | sort -u >"$work/shown"
request_text=$(printf '%s' "$request" | grep -oE '"text": ?"[^"]*"' | sed 's/": /":/')
count=0
while IFS= read -r value; do
    [ "$value" != "$request_text" ] || continue
    count=$((count + 1))
    grep -qF -- "$value" "$work/answer" || fail "README.md shows $value, the answer does not have it"
done <"$work/shown"
[ $count -ge 3 ] || fail "README.md shows only $count values of an answer"

for preset in $(sed -n '/^| preset/,/^$/s/^| `\(.*\)` |.*/\1/p' "$readme" | tr -d '`,'); do
    grep -q "\"name\": \"$preset\"" "$source_dir/CMakePresets.json" || fail "there is no preset $preset"
done
for folder in $(sed -n '/^| folder/,/^$/s/^| `\([^|]*\)` |.*/\1/p' "$readme" | tr -d '`,'); do
    [ -d "$source_dir/$folder" ] || fail "there is no folder $folder"
done
"$bin/qiao-indexer" --help >"$work/help"
for word in $(grep -oE 'qiao-indexer [a-z]+' "$readme" | cut -d ' ' -f 2 | sort -u); do
    grep -qE "^ +$word " "$work/help" || fail "qiao-indexer has no command $word"
done
for file in $(grep -oE '`[A-Za-z_/.-]+\.(md|h|yaml|sh)`' "$readme" | tr -d '`' | sort -u); do
    [ -e "$source_dir/$file" ] || fail "there is no file $file"
done
printf '%s values of the answer compared\n' $count
exit $failed
